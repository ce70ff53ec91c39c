"""What the checking room says of one camera's range: where footage is, where not and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import WIB, now
from recordings.models import Gap
from recordings.services.playback import Reel

_STEPS = tuple(timedelta(seconds=s) for s in (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200))
_MOST_STILLS = 12
_MOST_SENTENCES = 4
_MOST_JUMPS = 8
# No camera that we know sends a whole picture more seldom.
_LEAD_IN = timedelta(seconds=10)
_EXACT_BELOW = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the range with footage or without; `x` and `width` are percent for the drawing."""

    has: bool
    start: datetime
    end: datetime
    x: str
    width: str
    why: str

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def time(self) -> str:
        return between(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Point:
    """A moment to look at: whole seconds from the start of the range, and how it is called."""

    second: int
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    anchor: str
    label: str


@dataclass(frozen=True, slots=True)
class Strip:
    """All that a page shows of the range [start, end) beside the film itself."""

    start: datetime
    end: datetime
    stretches: tuple[Stretch, ...]

    @property
    def gaps(self) -> list[Stretch]:
        return [each for each in self.stretches if not each.has]

    @property
    def sentences(self) -> list[str]:
        """The strip in words, the longest interruptions first to be named."""
        gaps = self.gaps
        if not gaps:
            return [_("Rekaman lengkap untuk seluruh waktu yang disetujui.")]
        longest = sorted(gaps, key=lambda gap: gap.length, reverse=True)[:_MOST_SENTENCES]
        said = [
            _("Terputus %(length)s, %(time)s: %(why)s.")
            % {"length": words.duration(gap.length), "time": gap.time, "why": gap.why}
            for gap in sorted(longest, key=lambda gap: gap.start)
        ]
        if rest := len(gaps) - len(longest):
            said.append(_("Dan %d bagian pendek lagi, lihat tabel di bawah.") % rest)
        return said

    @property
    def ticks(self) -> list[Tick]:
        exact = self.end - self.start < _EXACT_BELOW
        places = (0, 50, 100) if exact else (0, 25, 50, 75, 100)
        return [
            Tick(
                f"{place}%",
                {0: "start", 100: "end"}.get(place, "middle"),
                hour(self.start + (self.end - self.start) * place / 100, exact=exact),
            )
            for place in places
        ]

    @property
    def jumps(self) -> list[Point]:
        """The quarters of the range that have footage, and where it goes on after a gap."""
        quarters = {self.start + (self.end - self.start) * n / 4: "" for n in range(4)}
        after = {
            each.start: _(", sesudah terputus")
            for before, each in zip(self.stretches, self.stretches[1:], strict=False)
            if each.has and not before.has
        }
        moments = sorted({**quarters, **after}.items())
        return [self._point(moment, note) for moment, note in moments if self._footage_at(moment)][
            :_MOST_JUMPS
        ]

    @property
    def stills(self) -> list[Point]:
        """Regular points that have footage; the first picture too, wherever it is."""
        length = self.end - self.start
        step = next((one for one in _STEPS if length / one <= _MOST_STILLS), _STEPS[-1])
        moments = [self.start + step * n for n in range(int(length / step) + 1)]
        first = next((each.start for each in self.stretches if each.has), None)
        wanted = sorted({*moments, *([first] if first else [])})
        return [self._point(moment) for moment in wanted if self._footage_at(moment)]

    def _footage_at(self, moment: datetime) -> bool:
        second = self.start + timedelta(seconds=self._second(moment))
        return any(each.has and each.start <= second < each.end for each in self.stretches)

    def _second(self, moment: datetime) -> int:
        """Rounded up, so that the point lies behind the moment where footage begins."""
        return -((self.start - moment) // timedelta(seconds=1))

    def _point(self, moment: datetime, note: str = "") -> Point:
        second = self._second(moment)
        exact = self.end - self.start < _EXACT_BELOW or bool(note)
        return Point(second, hour(self.start + timedelta(seconds=second), exact=exact) + note)


def strip(reel: Reel, start: datetime, end: datetime, booked: Sequence[Gap]) -> Strip:
    """The reel as a page tells it; `booked` are the interruptions that the recorder wrote down."""
    return Strip(start, end, tuple(_stretches(reel, start, end, booked)))


def between(start: datetime, end: datetime) -> str:
    """`10.12–10.16 WIB`, with seconds where minutes would say too little."""
    if end - start >= _EXACT_BELOW:
        return words.hours(start, end)
    ends = f"{hour(end, exact=True)}{words.HARD_SPACE}WIB"
    return f"{hour(start, exact=True)}{words.EN_DASH}{ends}"


def hour(moment: datetime, *, exact: bool) -> str:
    """`10.12` or, exact, `10.12.05`."""
    return f"{moment.astimezone(WIB):%H.%M.%S}" if exact else words.hour(moment)


def _stretches(
    reel: Reel, start: datetime, end: datetime, booked: Sequence[Gap]
) -> Iterator[Stretch]:
    runs: list[tuple[bool, datetime, datetime]] = []
    for span in reel.spans:
        has = span.kind == "media"
        if runs and runs[-1][0] == has:
            runs[-1] = (has, runs[-1][1], span.end)
        else:
            runs.append((has, span.start, span.end))
    length = end - start
    for has, begin, until in runs:
        yield Stretch(
            has=has,
            start=begin,
            end=until,
            x=f"{(begin - start) / length:.3%}",
            width=f"{max((until - begin) / length, 0.0 if has else 0.008):.3%}",
            why="" if has else _why(begin, until, booked, leads=begin == start),
        )


def _why(start: datetime, end: datetime, booked: Sequence[Gap], *, leads: bool) -> str:
    """The cause that fills most of the gap; without one, what can be said all the same."""
    moment = now()

    def shared(gap: Gap) -> timedelta:
        return min(gap.ended_at or moment, end) - max(gap.started_at, start)

    best = max(booked, key=shared, default=None)
    if best is not None and shared(best) > timedelta(0):
        cause = str(best.get_cause_display())
        return cause[:1].lower() + cause[1:]
    if leads and end - start <= _LEAD_IN:
        return _("film mulai pada gambar utuh pertama di dalam waktu izin")
    if end > moment - timedelta(minutes=2):
        return _("belum direkam atau belum selesai disimpan")
    return _("tidak ada rekaman")
