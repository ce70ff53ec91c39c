"""From RTP packets to access units: losses, parameter sets, times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devices.rtsp import h264, h265, rtp, sps
from devices.rtsp.errors import ErrorKind, RtspError
from devices.rtsp.picture import Picture
from devices.rtsp.timeline import Timeline
from devices.rtsp.units import CLOCK_RATE, AccessUnit, Stats, Track

if TYPE_CHECKING:
    from devices.rtsp.rtp import Packet, Report

_PROMISE_S = 2.0  # how long a source promised in the answer to SETUP is waited for
_REPEAT_WINDOW = 64  # sequence numbers so little behind are repetitions, not a new count


class Assembler:
    """Builds the units of one video source; finished ones lie in `ready`.

    After a gap nothing is handed out up to the next keyframe whose first packet is there.
    Raises RtspError: LIMIT, CLOCK_JUMP, CLOSED (the camera said goodbye).
    """

    def __init__(self, track: Track, payload_type: int, promised_source: int | None = None) -> None:
        codec = h264 if track.codec == "h264" else h265
        self._rules, self._feed = codec.RULES, codec.feed
        self.track = track
        self.stats = Stats()
        self.ready: list[AccessUnit] = []
        self._payload_type = payload_type
        self._promised = promised_source
        self._strays_since: float | None = None
        self._source: int | None = None
        self._sequence: int | None = None
        self._next = -1
        self._timestamp: int | None = None
        self._finished: int | None = None
        self._arrived_at = 0.0
        self._picture = Picture(self._rules)
        self._suspect = True  # packets are missing in front of the picture under way
        self._waiting = True
        self._marker_means_end = True
        self._fresh_sets: list[bytes] = []
        self._report: Report | None = None  # not yet tied to a unit
        self._camera_zero: float | None = None  # the camera's unix time at pts 0
        self._start_pts = 0  # of the keyframe that began the present run of units
        self._shown: int | None = None  # greatest pts that was handed out
        self._lost_s = 0.0  # for the unit that ends a damage
        self._timeline = Timeline()

    def packet(self, view: memoryview, start: int, end: int, now: float) -> None:
        """Take the RTP packet at view[start:end], read at unix time `now`."""
        if end - start > rtp.HEADER_SIZE:
            head, source = rtp.peek(view, start)
            if head == self._next and source == self._source:
                # Nine packets of ten take this way: the next one within a picture.
                self._next = head + rtp.NEXT
                self._sequence = head + rtp.NEXT >> 32 & 0xFFFF
                self.stats.packets += 1
                self._feed(self._picture, view, start + rtp.HEADER_SIZE, end)
                self._arrived_at = now
                return
        self._any_packet(view, start, end, now)

    def _any_packet(self, view: memoryview, start: int, end: int, now: float) -> None:
        packet = rtp.parse(view, start, end)
        if packet is None:
            self.stats.malformed += 1
            return
        if packet.payload_type != self._payload_type or not self._is_ours(packet.source, now):
            return
        if packet.sequence != self._sequence and not self._resume(packet):
            return
        self._sequence = (packet.sequence + 1) & 0xFFFF
        self.stats.packets += 1
        picture = self._picture
        if packet.timestamp != self._timestamp:
            if picture.count or picture.broken:
                self._finish()
                picture = self._picture
            self._timestamp = packet.timestamp
        self._arrived_at = now
        self._feed(picture, view, packet.start, packet.end)
        self._next = rtp.number_after(packet)
        if packet.marker and picture.slices and self._marker_means_end:
            self._finish()

    def report(self, view: memoryview, start: int, end: int) -> None:
        """Take the RTCP packet at view[start:end]."""
        report, leaving = rtp.parse_control(view, start, end)
        if report is not None and self._source in {None, report.source}:
            self._report = report
        if leaving and self._source in {None, *leaving}:
            raise RtspError(ErrorKind.CLOSED, "Kamera mengakhiri aliran video.")

    def settle(self) -> None:
        """Call before the read buffer is written again."""
        self._picture.settle()

    def _is_ours(self, source: int, now: float) -> bool:
        """One source for the whole session.

        Servers are known to mix in packets of a session long gone, others promise a wrong source.
        """
        if self._source is None:
            if self._promised not in {None, source}:
                self._strays_since = self._strays_since or now
                if 0 <= now - self._strays_since < _PROMISE_S:
                    return False
            self._source = source
        return source == self._source

    def _resume(self, packet: Packet) -> bool:
        """A sequence number that was not due; False for a repetition."""
        if self._sequence is not None:
            missing = (packet.sequence - self._sequence) & 0xFFFF
            if missing >= 0x10000 - _REPEAT_WINDOW:
                return False
            self.stats.lost_packets += missing if missing < 0x8000 else 1
        if self._picture.count and packet.timestamp != self._timestamp:
            self._drop()
        self._waiting = self._suspect = True
        self._picture = Picture(self._rules)
        return True

    def _drop(self) -> None:
        self._waiting = True
        if self.stats.units:
            self.stats.dropped_units += 1

    def _finish(self) -> None:
        """The picture under way is complete, or its time is over."""
        picture, self._picture = self._picture, Picture(self._rules)
        if not picture.slices:
            self._picture.sets = picture.sets  # sent ahead, under a time of their own
            if picture.broken:
                self._drop()
            return
        assert self._timestamp is not None  # noqa: S101 - a slice came in a packet
        if self._timestamp == self._finished:
            # This camera marks every slice, not the last one of a picture (RFC 6184 section 5.1).
            self._marker_means_end = False
            self._drop()
            return
        self._finished = self._timestamp
        damaged = not picture.whole or (self._suspect and not picture.clean)
        self._suspect = False
        self._fresh_sets = picture.sets or self._fresh_sets
        pts = self._timeline.extend(self._timestamp)
        self._timeline.check(pts, self._arrived_at, keyframe=picture.keyframe)
        if picture.keyframe and not damaged:
            self._take_sets()
        if damaged or (self._waiting and not self._can_start(picture, pts)):
            self._drop()
        elif pts >= self._start_pts:
            self._hand_out(picture, pts)
        # else it leads the keyframe at which we began, and may build on pictures before that

    def _can_start(self, picture: Picture, pts: int) -> bool:
        if not picture.keyframe or not self._has_all_sets(self.track.parameter_sets):
            return False
        self._timeline.restart(self._facts().reorder)
        self._waiting = False
        self._start_pts = pts
        self._lost_s = 0.0 if self._shown is None else (pts - self._shown) / CLOCK_RATE
        return True

    def _hand_out(self, picture: Picture, pts: int) -> None:
        sets = self.track.parameter_sets
        unit = AccessUnit(
            data=picture.data(sets if picture.keyframe else picture.sets),
            pts=pts,
            dts=pts,
            keyframe=picture.keyframe,
            arrived_at=self._arrived_at,
            parameter_sets=sets,
            camera_time=self._camera_time(pts),
            lost_s=self._lost_s,
        )
        self._lost_s = 0.0
        units = self._timeline.add(unit)
        if units is None:
            self._drop()
            return
        for each in units:
            if self._shown is None or each.pts > self._shown:
                self._shown = each.pts
        self.stats.units += len(units)
        self.ready += units

    def _camera_time(self, pts: int) -> float | None:
        """Some cameras report once and never again: a 32-bit time would lead astray after 6 h."""
        report, self._report = self._report, None
        if report is not None and self._timestamp is not None:
            behind = rtp.ticks_between(report.timestamp, self._timestamp)
            self._camera_zero = report.unix_time + (behind - pts) / CLOCK_RATE
        return None if self._camera_zero is None else self._camera_zero + pts / CLOCK_RATE

    def _take_sets(self) -> None:
        """A keyframe puts new sets in force: kinds that it brought replace those of before."""
        kind_of = self._rules.kind
        old, new = self.track.parameter_sets, self._fresh_sets
        brought = {kind_of(each[0]) for each in new}
        merged = tuple(
            each
            for kind in self._rules.sets
            for each in (new if kind in brought else old)
            if kind_of(each[0]) == kind
        )
        self._fresh_sets = []
        if merged != old:
            self.track = replace(self.track, parameter_sets=merged)
            facts = self._facts()
            self.track = replace(self.track, width=facts.width, height=facts.height)

    def _has_all_sets(self, sets: tuple[bytes, ...]) -> bool:
        return {self._rules.kind(each[0]) for each in sets}.issuperset(self._rules.sets)

    def _facts(self) -> sps.SpsFacts:
        return facts_of(self.track)


def facts_of(track: Track) -> sps.SpsFacts:
    """What the first sequence parameter set of a track tells."""
    rules = h264.RULES if track.codec == "h264" else h265.RULES
    wanted = rules.sets[-2]  # the picture parameter set is last, its sequence stands before it
    for each in track.parameter_sets:
        if each and rules.kind(each[0]) == wanted:
            return sps.read(track.codec, each)
    return sps.SpsFacts()
