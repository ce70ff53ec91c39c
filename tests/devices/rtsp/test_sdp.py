from __future__ import annotations

import pytest

from devices.rtsp import ErrorKind, RtspError, message, sdp
from tests.devices.rtsp import samples

BASE = "rtsp://kamera/cam?channel=1"


def test_video_is_chosen_and_audio_left() -> None:
    offer = sdp.choose(samples.sdp(), BASE)
    assert offer.track.codec == "h264"
    assert offer.track.parameter_sets == samples.H264_SETS
    assert (offer.track.width, offer.track.height) == (176, 144)
    assert (offer.setup_url, offer.play_url) == (f"{BASE}/track1", BASE)


def test_h265_sets_come_in_their_order() -> None:
    offer = sdp.choose(samples.sdp(samples.H265_SETS, "H265", 98), BASE)
    assert (offer.track.codec, offer.payload_type) == ("h265", 98)
    assert offer.track.parameter_sets == samples.H265_SETS
    assert (offer.track.width, offer.track.height) == (176, 144)


@pytest.mark.parametrize(
    ("base", "control", "url"),
    [
        ("rtsp://k/a/", "track1", "rtsp://k/a/track1"),
        ("rtsp://k/a", "track1", "rtsp://k/a/track1"),
        ("rtsp://k/a", "/track1", "rtsp://k/a/track1"),
        ("rtsp://k/a?x=1/", "trackID=0", "rtsp://k/a?x=1/trackID=0"),
        ("rtsp://k/a", "*", "rtsp://k/a"),
        ("rtsp://k/a", "", "rtsp://k/a"),
        ("rtsp://k/a", "rtsp://u:p@other/b?c", "rtsp://other/b?c"),
    ],
)
def test_control_joins_its_base(base: str, control: str, url: str) -> None:
    assert sdp.join(base, control) == url


@pytest.mark.parametrize("control", ["a b", "x\r\nSession: 1", "ü", "a" * 4000])
def test_control_that_cannot_be_sent_is_refused(control: str) -> None:
    with pytest.raises(RtspError) as caught:
        sdp.join("rtsp://k/a", control)
    assert caught.value.kind is ErrorKind.PROTOCOL


def test_base_is_content_base_then_location_then_what_was_asked() -> None:
    assert sdp.base_url("rtsp://k/a", " rtsp://k/b/ ", "rtsp://k/c") == "rtsp://k/b/"
    assert sdp.base_url("rtsp://k/a", "", "rtsp://k/c") == "rtsp://k/c"
    assert sdp.base_url("rtsp://k/a", "nonsense", "") == "rtsp://k/a"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"v=0\r\nm=audio 0 RTP/AVP 8\r\na=rtpmap:8 H264/90000\r\n",
        b"m=video 0 RTP/AVP 26\r\n",
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 JPEG/90000\r\n",
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/48000\r\n",
        b"m=video 0 RTP/SAVP 96\r\na=rtpmap:96 H264/90000\r\n",
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=2\r\n",
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\na=fmtp:96 sprop-max-don-diff=2\r\n",
    ],
)
def test_anything_but_plain_h264_or_h265_is_refused(body: bytes) -> None:
    with pytest.raises(RtspError) as caught:
        sdp.choose(body, BASE)
    assert caught.value.kind is ErrorKind.NOT_VIDEO
    assert caught.value.permanent


def test_first_video_that_we_read_is_taken_among_several() -> None:
    first = b"m=video 0 RTP/AVP 26\r\na=control:jpeg\r\n"
    last = b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\na=control:sub\r\n"
    offer = sdp.choose(first + samples.sdp() + last, BASE)
    assert (offer.track.codec, offer.setup_url) == ("h264", f"{BASE}/track1")


def test_line_ends_are_those_of_the_standard_and_no_others() -> None:
    """The bytes of a name in UTF-8 hold what Unicode calls a line end."""
    name = "a=control:*\r\ni=Åa=control:rtsp://other/".encode()
    body = samples.sdp().replace(b"a=control:*", name)
    assert sdp.choose(body, BASE).play_url == BASE
    assert sdp.choose(samples.sdp().replace(b"\r\n", b"\n"), BASE).track.codec == "h264"


@pytest.mark.parametrize("protocol", [b"RTP/AVP", b"RTP/AVPF", b"RTP/AVP/TCP"])
def test_plain_rtp_by_any_of_its_names(protocol: bytes) -> None:
    body = samples.sdp().replace(b"m=video 0 RTP/AVP", b"m=video 0 " + protocol)
    assert sdp.choose(body, BASE).payload_type == 96


def test_broken_sets_are_left_out() -> None:
    body = (
        b"m=video 0 RTP/AVP 96\r\na=rtpmap:96 h264/90000\r\n"
        b"a=fmtp:96 packetization-mode=1; Sprop-Parameter-Sets=%%%,AAAAAWjrw8siwAAA,Zw\r\n"
    )
    assert sdp.choose(body, BASE).track.parameter_sets == (samples.H264_SETS[1],)


def test_endless_description_is_refused() -> None:
    for body in (b"a=x\n" * 3000, b"a" * 20_000):
        with pytest.raises(RtspError) as caught:
            sdp.choose(body, BASE)
        assert caught.value.kind is ErrorKind.LIMIT


REAL_ANSWERS = {
    "bunny_describe": ("h264", 240, 160, "/trackID=2"),
    "dahua_describe_h264_aac_onvif": ("h264", 704, 480, "proto=Onvif/trackID=0"),
    "dahua_describe_h265_pcma": ("h265", 704, 480, "?channel=1&subtype=2/trackID=0"),
    "hikvision_describe": (
        "h264", 1920, 1080, "/trackID=1?transportmode=unicast&profile=Profile_1",
    ),
    "missing_content_type_describe": ("h264", 320, 180, "/cam?channel=1/streamid=0"),
    "reolink_describe": ("h264", 2560, 1440, "/h264Preview_01_main/trackID=1"),
    "reolink_describe_control_first": ("h264", 2560, 1440, "/h264Preview_01_main/trackID=1"),
    "tplink_sdp": ("h265", 2560, 1440, "/cam?channel=1/track1"),
}  # fmt: skip


@pytest.mark.skipif(not samples.REAL.is_dir(), reason="the answers of real cameras are not here")
@pytest.mark.parametrize("name", REAL_ANSWERS)
def test_description_of_a_real_camera_is_understood(name: str) -> None:
    data = (samples.REAL / f"{name}.txt").read_bytes()
    base = BASE
    if not name.endswith("_sdp"):
        parsed = message.parse(data)
        assert parsed is not None
        data = parsed[0].body
        base = sdp.base_url(BASE, parsed[0].get("content-base"), "")
    offer = sdp.choose(data, base)
    codec, width, height, ending = REAL_ANSWERS[name]
    assert (offer.track.codec, offer.track.width, offer.track.height) == (codec, width, height)
    assert len(offer.track.parameter_sets) == (2 if codec == "h264" else 3)
    assert offer.setup_url.endswith(ending)
