"""How the cameras of known makers answer: their habits, written down anew.

The bytes of the real answers are not ours to keep. What in them can trip a client is: where the
control URLs point, what stands in the session and transport headers, what is missing.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal

from tests.devices.rtsp import samples
from tests.devices.rtsp.peer import Act, Asked, Camera, Line
from tests.devices.rtsp.samples import Sender

HOST = "rtsp://192.168.7.20:554"
H264 = ",".join(base64.b64encode(each).decode() for each in samples.H264_SETS)
H265 = [base64.b64encode(each).decode() for each in samples.H265_SETS]
SPROP = f"sprop-vps={H265[0]};sprop-sps={H265[1]};sprop-pps={H265[2]}"


@dataclass(frozen=True, slots=True)
class Maker:
    """`{url}` in a text stands for the address that the client asked for.

    Expected are the URLs that SETUP and PLAY must name, the session and the source.
    """

    describe: tuple[str, ...]
    sdp: tuple[str, ...]
    setup: tuple[str, ...]
    play: tuple[str, ...]
    setup_url: str
    play_url: str
    session: str
    source: int | None = None
    payload_type: int = 96
    codec: Literal["h264", "h265"] = "h264"
    options: tuple[str, ...] = ("Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN",)

    def camera(self) -> Camera:
        sender = Sender(source=self.source or 5, payload_type=self.payload_type)
        keyframe, other = [*samples.H264_SETS, samples.IDR], samples.SLICE
        if self.codec == "h265":
            keyframe, other = [*samples.H265_SETS, samples.H265_IDR], samples.H265_SLICE
        units = [sender.unit(*keyframe), sender.unit(other)]
        acts = {
            "OPTIONS": self._answers(self.options),
            "DESCRIBE": self._answers(self.describe, "\r\n".join([*self.sdp, ""])),
            "SETUP": self._answers(self.setup),
            "PLAY": self._answers(self.play),
        }
        return Camera(acts, stream=lambda line: line.play(*units))

    @staticmethod
    def _answers(headers: tuple[str, ...], body: str = "") -> Act:
        def act(line: Line, asked: Asked) -> None:
            filled = [each.replace("{url}", asked.url) for each in headers]
            line.answer(asked, 200, *filled, body=body.encode())

        return act


HIKVISION = Maker(
    describe=(
        "Content-Type: application/sdp",
        f"Content-Base: {HOST}/Streaming/Channels/101/",
    ),
    sdp=(
        "v=0",
        "o=- 1700000000000001 1700000000000001 IN IP4 192.168.7.20",
        "s=Media Presentation",
        "e=NONE",
        "b=AS:5050",
        "t=0 0",
        f"a=control:{HOST}/Streaming/Channels/101/?transportmode=unicast&profile=Profile_1",
        "m=video 0 RTP/AVP 96",
        "c=IN IP4 0.0.0.0",
        "b=AS:5000",
        "a=recvonly",
        "a=x-dimensions:176,144",
        f"a=control:{HOST}/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1",
        "a=rtpmap:96 H264/90000",
        f"a=fmtp:96 profile-level-id=64000B; packetization-mode=1; sprop-parameter-sets={H264}",
        "m=application 0 RTP/AVP 107",
        f"a=control:{HOST}/Streaming/Channels/101/trackID=3?transportmode=unicast&profile=Profile_1",
        "a=rtpmap:107 vnd.onvif.metadata/90000",
        "a=Media_header:MEDIAINFO=494D4B48;",
        "a=appversion:1.0",
    ),
    setup=(
        "Session:        708300011;timeout=60",
        'Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=4cacc3d1;mode="play"',
        "Date:  Wed, Nov 25 2026 01:02:03 GMT",
    ),
    play=(
        "Session:        708300011",
        "RTP-Info: url={url};seq=24104;rtptime=1270711678",
    ),
    setup_url=f"{HOST}/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1",
    play_url=f"{HOST}/Streaming/Channels/101/?transportmode=unicast&profile=Profile_1",
    session="708300011",
    source=0x4CACC3D1,
)

DAHUA = Maker(
    # A session number before there is a session; it binds nobody.
    options=("Session: 136500041864", "Server: Rtsp Server/3.0", "Public: OPTIONS, GET_PARAMETER"),
    describe=(
        "x-Accept-Dynamic-Rate: 1",
        f"Content-Base: {HOST}/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/",
        "Cache-Control: must-revalidate",
        "Content-Type: application/sdp",
    ),
    sdp=(
        "v=0",
        "o=- 2252500000 2252500000 IN IP4 0.0.0.0",
        "s=Media Server",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=packetization-supported:DH",
        "a=rtppayload-supported:DH",
        "a=range:npt=now-",
        "m=video 0 RTP/AVP 98",
        "a=control:trackID=0",
        "a=framerate:12.000000",
        "a=rtpmap:98 H265/90000",
        f"a=fmtp:98 profile-id=1;sprop-sps={H265[1]};sprop-pps={H265[2]};sprop-vps={H265[0]}",
        "a=recvonly",
        "m=audio 0 RTP/AVP 8",
        "a=control:trackID=1",
        "a=rtpmap:8 PCMA/8000",
        "a=recvonly",
        "m=application 0 RTP/AVP 107",
        "a=control:trackID=4",
        "a=rtpmap:107 vnd.onvif.metadata/90000",
    ),
    setup=(
        "Session: 634200075641;timeout=60",
        "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=30A98EE7",
        "x-Dynamic-Rate: 1",
    ),
    play=(
        "Session: 634200075641",
        "Range: npt=0.000000-",
        "RTP-Info: url=trackID=0;seq=47121;rtptime=3475222385,url=trackID=1;seq=45186;rtptime=22",
    ),
    setup_url=f"{HOST}/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/trackID=0",
    play_url=f"{HOST}/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif/",
    session="634200075641",
    source=0x30A98EE7,
    payload_type=98,
    codec="h265",
)

REOLINK = Maker(
    describe=(
        "Date: Wed, Nov 25 2026 01:02:03 GMT",
        "Content-Base: rtsp://192.168.7.20/h264Preview_01_main/",
        "Content-Type: application/sdp",
    ),
    sdp=(
        "v=0",
        "o=- 1700000000000001 1 IN IP4 192.168.7.20",
        's=Session streamed by "preview"',
        "i=h264Preview_01_main",
        "t=0 0",
        "a=tool:LIVE555 Streaming Media v2013.04.08",
        "a=type:broadcast",
        "a=control:*",
        "a=range:npt=0-",
        "m=video 0 RTP/AVP 96",
        "c=IN IP4 0.0.0.0",
        "b=AS:500",
        "a=rtpmap:96 H264/90000",
        "a=range:npt=0-",
        f"a=fmtp:96 packetization-mode=1;profile-level-id=64000B;sprop-parameter-sets={H264}",
        "a=control:trackID=1",
        "m=audio 0 RTP/AVP 97",
        "a=rtpmap:97 MPEG4-GENERIC/16000",
        "a=fmtp:97 streamtype=5;mode=AAC-hbr;config=1408; profile=1;",
        "a=control:trackID=2",
    ),
    setup=(
        "Transport: RTP/AVP/TCP;unicast;destination=10.0.0.9;source=10.0.0.2;interleaved=0-1",
        "Session: F8F8E425",  # tells no time-out
    ),
    play=(
        "Range: npt=0.000-",
        "Session: F8F8E425",
        "RTP-Info: url=trackID=1;seq=16852;rtptime=1070938629;ssrc=dcc4a0d8",
    ),
    setup_url="rtsp://192.168.7.20/h264Preview_01_main/trackID=1",
    play_url="rtsp://192.168.7.20/h264Preview_01_main/",
    session="F8F8E425",
)

TP_LINK = Maker(
    describe=("Content-Type: application/sdp",),  # no base, and no control for the whole
    sdp=(
        "v=0",
        "o=- 14600000 31700000 1 IN IP4 192.168.7.20",  # a number too many
        's=Session streamed by "TP-LINK RTSP Server"',
        "t=0 0",
        "m=video 0 RTP/AVP 96",
        "c=IN IP4 0.0.0.0",
        "b=AS:4096",
        "a=range:npt=0-",
        "a=control:track1",
        "a=rtpmap:96 H265/90000",
        f"a=fmtp:96 tier-flag=0;level-id=150;interop-constraints=000000000000;{SPROP}",
        "m=audio 0 RTP/AVP 8",
        "a=rtpmap:8 PCMA/8000",
        "a=control:track2",
        "m=application/TP-LINK 0 RTP/AVP smart/1/90000",  # no payload type at all
        "a=rtpmap:95 TP-LINK/90000",
        "a=control:track3",
    ),
    setup=(
        "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= d6d6627",
        "Session: 708800012;timeout=60",
    ),
    play=("Session: 708800012",),
    setup_url="{asked}/track1",
    play_url="{asked}",
    session="708800012",
    source=0xD6D6627,
    codec="h265",
)

WOWZA = Maker(
    describe=(
        f"Content-Base: {HOST}/vod/mp4:film_115k.mov/",
        "Content-Type: application/sdp",
        "Session: 1642000026;timeout=60",
    ),
    sdp=(
        "v=0",
        "o=- 1642000026 1642000026 IN IP4 192.168.7.20",
        "s=film_115k.mov",
        "c=IN IP4 192.168.7.20",
        "t=0 0",
        "a=sdplang:en",
        "a=range:npt=0- 596.48",
        "a=control:*",
        "m=audio 0 RTP/AVP 96",
        "a=rtpmap:96 mpeg4-generic/12000/2",
        "a=fmtp:96 profile-level-id=1;mode=AAC-hbr;config=1490",
        "a=control:trackID=1",
        "m=video 0 RTP/AVP 97",
        "a=rtpmap:97 H264/90000",
        f"a=fmtp:97 packetization-mode=1;profile-level-id=64000B;sprop-parameter-sets={H264}",
        "a=cliprect:0,0,144,176",
        "a=framesize:97 176-144",
        "a=control:trackID=2",
    ),
    setup=(
        "Transport: RTP/AVP/TCP;unicast;interleaved=0-1",
        "Session: 1642000026;timeout=60",
    ),
    # Seen with -1 for a time (moonfire-nvr issue 224): we go by the packets themselves.
    play=("RTP-Info: url=trackID=1;seq=1;rtptime=-1,url={url}trackID=2;seq=1;rtptime=-1",),
    setup_url=f"{HOST}/vod/mp4:film_115k.mov/trackID=2",
    play_url=f"{HOST}/vod/mp4:film_115k.mov/",
    session="1642000026",
    payload_type=97,
)

LIBAV = Maker(
    describe=("Session: l0TtlUFSR",),  # no type of content
    sdp=(
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=No Name",
        "c=IN IP4 192.168.7.20",
        "t=0 0",
        "a=tool:libavformat 58.25.100",
        "m=video 0 RTP/AVP 96",
        "a=rtpmap:96 H264/90000",
        f"a=fmtp:96 packetization-mode=1; sprop-parameter-sets={H264}; profile-level-id=64000B",
        "a=control:streamid=0",
        "m=audio 0 RTP/AVP 97",
        "b=AS:128",
        "a=rtpmap:97 MPEG4-GENERIC/48000/2",
        "a=control:streamid=1",
    ),
    setup=("Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: l0TtlUFSR"),
    play=("Session: l0TtlUFSR",),
    setup_url="{asked}/streamid=0",
    play_url="{asked}",
    session="l0TtlUFSR",
)

MAKERS = {
    "hikvision": HIKVISION,
    "dahua": DAHUA,
    "reolink": REOLINK,
    "tp_link": TP_LINK,
    "wowza": WOWZA,
    "libav": LIBAV,
}
