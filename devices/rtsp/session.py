"""A live stream over RTSP with RTP interleaved in the same TCP connection."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Self

from devices.rtsp import sdp
from devices.rtsp.assembler import Assembler
from devices.rtsp.dialogue import Dialogue, check
from devices.rtsp.errors import ErrorKind, RtspError
from devices.rtsp.keepalive import Keepalive
from devices.rtsp.wire import Wake, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from devices.rtsp.endpoint import Endpoint
    from devices.rtsp.message import Message
    from devices.rtsp.sdp import Offer
    from devices.rtsp.units import AccessUnit, Stats, Track
    from devices.rtsp.wire import Frame

NAP = 0.03
_GREEDY_READS = 4  # full reads in a row without a nap: a burst is welcome, a flood is not
_TEARDOWN = 1.0
_DEFAULT_TIMEOUT = 60
_TRANSPORT = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
_FROM_NOW = "Range: npt=0.000-"
# What a camera says that can only play a track by its own URL (RFC 2326 section 11.3.10 names 459).
_NOT_AS_A_WHOLE = frozenset({404, 405, 459})
_NO_SUCH_RANGE = 457
_NO_KEYFRAME = "Kamera tidak mengirim gambar kunci."
_SLEPT = "Perekam sempat berhenti; gambar selama itu tidak dibaca."
_DAMAGED = "Setiap gambar kunci dari kamera rusak di jalan; periksa jaringannya."
_CHANNELS = re.compile(r"interleaved *= *(\d{1,3})(?: *- *(\d{1,3}))?", re.IGNORECASE)
_SOURCE = re.compile(r"ssrc *= *([0-9a-f]{1,8})\b", re.IGNORECASE)
_SESSION_ID = re.compile(r"[\x21-\x3a\x3c-\x7e]{1,256}")
_SESSION_TIMEOUT = re.compile(r"; *timeout *= *(\d{1,6})", re.IGNORECASE)


class Session:
    """Opens, plays and always tears down one stream.

    `units` yields from the first keyframe on. It ends when `close` is called from any thread, or
    with RtspError: STALLED after `stall_timeout` seconds without video or `keyframe_timeout`
    without a usable keyframe (smart codecs send one every 20 s and more), and when this process was
    stopped for longer than the former: what lies there then may be another recorder's by now.
    CLOCK_JUMP when the camera's time goes back, or more than 2 s ahead of the pictures' arrival, or
    when our own clock was set; CLOSED, LIMIT, PROTOCOL, AUTH. Opening takes `open_timeout` seconds
    at most (name resolution is the system's own) and raises RtspError of any kind.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        open_timeout: float = 10.0,
        stall_timeout: float = 4.0,
        keyframe_timeout: float = 60.0,
        nap: float = NAP,
    ) -> None:
        self._endpoint = endpoint
        self._open_timeout = open_timeout
        self._stall_timeout = stall_timeout
        self._keyframe_timeout = keyframe_timeout
        self._nap = nap
        self._wake = Wake()
        self._wire: Wire | None = None
        self._dialogue: Dialogue | None = None
        self._keepalive: Keepalive | None = None
        self._assembler: Assembler | None = None
        self._channels = (0, 1)
        self._play_url = ""
        self._greed = 0

    @property
    def track(self) -> Track:
        """The video as known by now; in-band parameter sets replace those of the description."""
        return self._assembling().track

    @property
    def stats(self) -> Stats:
        return self._assembling().stats

    def __enter__(self) -> Self:
        deadline = time.monotonic() + self._open_timeout
        try:
            self._open(deadline)
        except BaseException:
            self._shut()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._shut()

    def close(self) -> None:
        """End `units`, or an opening under way, at once; from any thread, any number of times."""
        self._wake.set()

    def units(self) -> Iterator[AccessUnit]:
        assembler = self._assembling()
        last_video = last_unit = time.monotonic()
        stats, lost = assembler.stats, 0
        while True:
            packets = stats.packets
            failure = None
            if not assembler.ready:  # opening may have left some
                failure = self._turn(min(last_video + self._stall_timeout, time.monotonic() + 1.0))
            ready, assembler.ready = assembler.ready, []
            for unit in ready:
                if self._wake.is_set:
                    break
                yield unit
            if self._wake.is_set:
                return
            if failure is not None:
                raise failure
            now = time.monotonic()
            if ready:
                last_unit, lost = now, stats.lost_packets
            last_video = now if stats.packets != packets else max(last_video, last_unit)
            if now - last_video >= self._stall_timeout:
                raise RtspError(ErrorKind.STALLED, "Aliran video kamera berhenti.")
            if now - last_unit >= self._keyframe_timeout:
                text = _DAMAGED if stats.lost_packets > lost else _NO_KEYFRAME
                raise RtspError(ErrorKind.STALLED, text)

    def _turn(self, deadline: float) -> RtspError | None:
        """Nap, read, parse; a failure comes back, so that what was ready before it is not lost."""
        wire, keepalive = self._wire, self._keepalive
        assert wire is not None and keepalive is not None  # noqa: S101, PT018 - units() has checked
        try:
            keepalive.send_if_due()
            if self._greed % _GREEDY_READS == 0:
                wire.nap(self._nap)
            self._greed = self._greed + 1 if self._fill(wire, deadline) else 0
            if time.monotonic() > deadline + self._stall_timeout:
                return RtspError(ErrorKind.STALLED, _SLEPT)
            self._drain(wire)
        except RtspError as error:
            return error
        return None

    @staticmethod
    def _fill(wire: Wire, deadline: float) -> bool:
        try:
            return wire.fill(deadline)
        except RtspError as error:
            if error.kind is ErrorKind.TIMEOUT:  # units() knows better how long is too long
                return False
            raise

    def _drain(self, wire: Wire) -> None:
        assembler = self._assembling()
        assembler.stats.received_bytes = wire.received_bytes
        data, view, read_at = self._channels[0], wire.view, wire.read_at
        for item in wire.items():
            if not isinstance(item, tuple):
                self._hear(item)
            elif item[0] == data:
                assembler.packet(view, item[1], item[2], read_at)
            else:
                self._aside(item)
        assembler.settle()

    def _aside(self, frame: Frame) -> None:
        """RTCP; other channels are left-overs of sessions that a camera has forgotten to end."""
        if frame[0] == self._channels[1]:
            wire = self._wire
            assert wire is not None  # noqa: S101 - the frame lies in its buffer
            self._assembling().report(wire.view, frame[1], frame[2])

    def _hear(self, heard: Message) -> None:
        if heard.status == 0:
            if heard.method in {"REDIRECT", "TEARDOWN"}:
                raise RtspError(ErrorKind.CLOSED, "Kamera mengakhiri sesi.")
        elif self._keepalive is not None:
            self._keepalive.answer(heard)

    def _early(self, frame: Frame) -> None:
        """Cameras send the first packets before the answer to PLAY, and some behind TEARDOWN."""
        assembler, wire = self._assembler, self._wire
        if assembler is None or wire is None:
            return
        if frame[0] == self._channels[0]:
            assembler.packet(wire.view, frame[1], frame[2], wire.read_at)
            assembler.settle()
        else:
            self._aside(frame)

    def _open(self, deadline: float) -> None:
        url = self._endpoint.url
        self._wire = wire = Wire(self._endpoint, deadline, self._wake)
        self._dialogue = dialogue = Dialogue(wire, self._endpoint, self._early)
        options = dialogue.ask("OPTIONS", url, deadline)
        if options.status in {401, 403}:
            check(options)
        described = dialogue.ask("DESCRIBE", url, deadline, ["Accept: application/sdp"])
        check(described)
        content_base, location = described.get("content-base"), described.get("content-location")
        offer = sdp.choose(described.body, sdp.base_url(url, content_base, location))
        self._play_url = offer.play_url
        source, timeout = self._set_up(dialogue, offer.setup_url, deadline)
        self._assembler = Assembler(offer.track, offer.payload_type, source)
        self._play(dialogue, offer, deadline)
        self._keepalive = Keepalive(dialogue, self._play_url, options.get("public"), timeout)
        self._drain(wire)

    def _play(self, dialogue: Dialogue, offer: Offer, deadline: float) -> None:
        """Start the presentation as a whole, or the one track where a camera knows only that."""
        headers = [_FROM_NOW]
        while True:
            answer = dialogue.ask("PLAY", self._play_url, deadline, headers)
            if answer.status == _NO_SUCH_RANGE and headers:
                headers = []
            elif answer.status in _NOT_AS_A_WHOLE and self._play_url != offer.setup_url:
                self._play_url = offer.setup_url
            else:
                check(answer)
                return

    def _set_up(self, dialogue: Dialogue, url: str, deadline: float) -> tuple[int | None, int]:
        """Ask for the video on our connection; gives the promised source and the timeout in s."""
        answer = dialogue.ask("SETUP", url, deadline, [_TRANSPORT])
        check(answer)
        header = answer.get("session")
        session = _SESSION_ID.match(header)
        if session is None:
            raise RtspError(ErrorKind.PROTOCOL, "Kamera tidak memberi nomor sesi.")
        dialogue.session = session[0]
        told = _SESSION_TIMEOUT.search(header)
        transport = parse_transport(answer.get("transport"))
        self._channels = transport[0]
        return transport[1], int(told[1] if told else 0) or _DEFAULT_TIMEOUT

    def _shut(self) -> None:
        """Say TEARDOWN, also after a failure: old servers go on sending to a session left open."""
        wire, dialogue = self._wire, self._dialogue
        self._wire = None
        try:
            if wire is not None and dialogue is not None and dialogue.session:
                wire.ignore_wake()
                dialogue.ask("TEARDOWN", self._play_url, time.monotonic() + _TEARDOWN)
        except RtspError:
            pass  # it was a courtesy; what went wrong before is what counts
        finally:
            if wire is not None:
                wire.close()
            self._wake.disarm()

    def _assembling(self) -> Assembler:
        if self._assembler is None:
            raise RuntimeError("the session is not open")
        return self._assembler


def parse_transport(header: str) -> tuple[tuple[int, int], int | None]:
    """Channels (data, control) and source as answered; without a word on them, as we asked."""
    source = _SOURCE.search(header)
    promised = int(source[1], 16) if source else None
    channels = _CHANNELS.search(header)
    if channels is None:
        if header and "/TCP" not in header.upper():
            text = "Kamera tidak mau mengirim RTP lewat TCP."
            raise RtspError(ErrorKind.PROTOCOL, text, permanent=True)
        return (0, 1), promised
    data = int(channels[1])
    control = int(channels[2] or data + 1)
    if data == control or max(data, control) > 255:
        raise RtspError(ErrorKind.PROTOCOL, "Kanal RTP dari kamera tidak sah.")
    return (data, control), promised
