"""The one table of the request: from which state to which, by whose right, in which SOP step.

The migration 0002_lifecycle_in_the_database holds the same pairs as a trigger, and a test compares
the two over all pairs. Standard times are those of SOP 20/SEKRETARIAT/XII/2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from requests_app.enums import RequestState as S

FIVE_MINUTES: Final = timedelta(minutes=5)
ONE_DAY: Final = timedelta(days=1)

# Limits of one request (ASVS 2.1.3); the database holds the same.
LONGEST_RANGE: Final = timedelta(hours=24)
MOST_CAMERAS: Final = 8
MOST_OPEN: Final = 3
FURTHEST_AHEAD: Final = timedelta(hours=72)

# A decision told by phone waits this long for the approver's own login.
PHONE_CONFIRMATION: Final = timedelta(hours=24)
# An approval that nobody came for, and an access that ran out, lapse after these.
UNUSED_APPROVAL: Final = timedelta(hours=72)
EXPIRED_ACCESS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted change. `ends_step` is the SOP step that it completes, None for none."""

    permission: str
    ends_step: int | None = None


# SOP steps 4 and 5 both end at the hand-over: which one it is, the purpose of the request says.
RECORDING_STEP: Final = 4

_revoke, _lapse = Move("requests_app.revoke"), Move("requests_app.run")
TABLE: Final[Mapping[S, Mapping[S, Move]]] = {
    S.DRAFT: {S.SUBMITTED: Move("requests_app.submit", 1)},
    S.SUBMITTED: {
        S.APPROVED: Move("requests_app.settle", 2),
        S.REFUSED: Move("requests_app.settle", 2),
        S.WITHDRAWN: Move("requests_app.withdraw"),
    },
    S.APPROVED: {
        S.ISSUED: Move("requests_app.issue", 3),
        S.REVOKED: _revoke,
        S.LAPSED: _lapse,
    },
    S.ISSUED: {
        S.EXPORTED: Move("requests_app.run"),
        S.CLOSED: Move("requests_app.end_access"),
        S.REVOKED: _revoke,
        S.LAPSED: _lapse,
    },
    S.EXPORTED: {S.HANDED_OVER: Move("requests_app.receive", RECORDING_STEP)},
    S.HANDED_OVER: {
        S.ERASED: Move("requests_app.run"),
        S.CLOSED: Move("requests_app.receive"),
    },
    S.ERASED: {S.CLOSED: Move("requests_app.run")},
    S.REFUSED: {},
    S.WITHDRAWN: {},
    S.REVOKED: {},
    S.LAPSED: {},
    S.CLOSED: {},
}

FINAL: Final = frozenset(state for state, moves in TABLE.items() if not moves)
# What counts against the limit of open requests: the applicant or the office still has to act.
OPEN: Final = (S.SUBMITTED, S.APPROVED, S.ISSUED, S.EXPORTED)


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the SOP's table: number, who acts, standard time."""

    number: int
    title: str
    actor: str
    standard: timedelta


STEPS: Final = (
    Step(1, "Permohonan diajukan", "Pemohon", FIVE_MINUTES),
    Step(2, "Izin diputuskan", "Kepala atau Sekretaris", FIVE_MINUTES),
    Step(3, "Sandi dan kunci diberikan", "Petugas CCTV", FIVE_MINUTES),
    Step(4, "Rekaman asesmen direkam dan diserahkan", "Pemohon asesmen", FIVE_MINUTES),
    Step(5, "Rekaman keamanan direkam dan diserahkan", "Pemohon umum", ONE_DAY),
)


def allowed(source: S, target: S) -> Move | None:
    """The move from `source` to `target`, or None where there is none."""
    return TABLE[source].get(target)


def one_working_day_after(moment: datetime) -> datetime:
    """The same time on the next day that is neither Saturday nor Sunday; `moment` is local."""
    later = moment + ONE_DAY
    while later.weekday() >= 5:
        later += ONE_DAY
    return later
