"""A clock that jumped closes the gate, also over a restart, until an approver has looked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.services import record
from cctvportal.common import clock
from cctvportal.common.clock import now
from recordings.services import clockguard, expiry
from recordings.services.clockguard import ClockDoubtful
from tests.factories import accounts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
Set = Callable[..., None]


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets the three clocks: hours of wall time and of time since boot that passed, which boot."""
    wall, boot = now(), clockguard._since_boot()

    def turn(hours: float = 0, ran: float | None = None, boot_id: str = "satu") -> None:
        since = boot + (hours if ran is None else ran) * 3600
        monkeypatch.setattr(clockguard, "now", lambda: wall + timedelta(hours=hours))
        monkeypatch.setattr(clockguard, "_since_boot", lambda: since)
        monkeypatch.setattr(clockguard, "_boot", lambda: boot_id)

    turn()
    return turn


@pytest.mark.parametrize("hours", [24.0, -24.0, 0.02])
def test_a_jump_while_the_computer_runs_is_a_doubt(clocks: Set, hours: float) -> None:
    clockguard.check()
    clocks(hours, ran=0)
    with pytest.raises(ClockDoubtful, match="melompat"):
        clockguard.check()


def test_sleep_and_a_small_correction_are_no_doubt(clocks: Set) -> None:
    clockguard.check()
    clocks(200, ran=200)
    clockguard.check()
    clocks(200 + 50 / 3600, ran=200)
    clockguard.check()


def test_records_written_under_a_wrong_clock_do_not_make_it_right(clocks: Set) -> None:
    clockguard.check()
    clocks(24 * 400, ran=-100, boot_id="dua")
    record("login.done", by=SYSTEM)
    with pytest.raises(ClockDoubtful, match="jauh"):
        clockguard.check()


@pytest.mark.parametrize(("hours", "fits"), [(60, True), (24 * 8, False), (-1, False)])
def test_after_another_boot_a_weekend_may_have_passed(
    clocks: Set, *, hours: float, fits: bool
) -> None:
    clockguard.check()
    clocks(hours, ran=-100, boot_id="dua")
    if fits:
        clockguard.check()
    else:
        with pytest.raises(ClockDoubtful):
            clockguard.check()


def test_a_doubt_stays_until_an_approver_settles_it(clocks: Set) -> None:
    clockguard.check()
    clocks(24, ran=0)
    with pytest.raises(ClockDoubtful) as doubt:
        clockguard.check()
    clocks(0)
    with pytest.raises(ClockDoubtful, match="melompat"):
        clockguard.check()
    approver = accounts.approver()
    assert expiry.why_halted(by=approver) == [str(doubt.value)]
    expiry.resume_purge(by=approver)
    clockguard.check()
    assert expiry.why_halted(by=approver) == []


def test_what_a_wrong_clock_wrote_is_no_doubt_once_a_person_has_looked(clocks: Set) -> None:
    """Else every start would ask again until that future has come."""
    clockguard.check()
    clocks(24 * 365, ran=0)
    with pytest.raises(ClockDoubtful):
        clockguard.check()
    with clock.shifted(timedelta(days=365)):
        record("login.done", by=SYSTEM)
    clocks(1)
    clockguard.trust()
    clocks(24, ran=-100, boot_id="dua")
    clockguard.check()
    clocks(-24, ran=-90, boot_id="tiga")
    with pytest.raises(ClockDoubtful, match="lebih awal"):
        clockguard.check()


def test_a_damaged_mark_is_a_doubt(data_dir: Path) -> None:
    clockguard.check()
    (mark,) = data_dir.glob("clock.json")
    told = {"wall", "since_boot", "boot", "doubt", "known"}
    assert set(json.loads(mark.read_text())) == told
    mark.write_text("{")
    with pytest.raises(ClockDoubtful):
        clockguard.check()
