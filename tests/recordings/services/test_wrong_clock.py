"""A clock that went wrong takes no footage (issue 4, line 6), and neither does a full disk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from cctvportal.accounts.access import SYSTEM
from cctvportal.common import clock
from cctvportal.common.clock import now
from recordings import tasks
from recordings.enums import PurgeState, SegmentState
from recordings.models import PurgeRun, RecordingPlan, Segment
from recordings.services import clockguard, erase, expiry
from tests.factories import accounts
from tests.factories import retention as made

if TYPE_CHECKING:
    from pathlib import Path

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
YEAR = timedelta(days=365)


@pytest.fixture
def month(plan: RecordingPlan) -> list[Segment]:
    """Footage of each of the last days, none of it past its term, by a clock that is right."""
    rows = [made.kept(plan, days) for days in range(1, 29, 3)]
    assert expiry.purge_expired(by=SYSTEM) is None
    return rows


def states() -> set[str]:
    return set(Segment.objects.values_list("state", flat=True))


@pytest.mark.parametrize(
    "wrong", [YEAR, timedelta(days=40), timedelta(hours=1), -timedelta(days=1)]
)
def test_a_clock_that_jumped_stops_everything_and_asks(
    month: list[Segment], wrong: timedelta
) -> None:
    with clock.shifted(wrong):
        for _beat in range(3):
            tasks.purge()
        with pytest.raises(erase.GateClosed, match="melompat"):
            expiry.purge_expired(by=SYSTEM)
        assert states() == {SegmentState.READY}
        assert not PurgeRun.objects.exists()
        assert expiry.why_halted(by=accounts.officer())


def test_a_clock_that_came_right_by_itself_still_asks(month: list[Segment]) -> None:
    with clock.shifted(YEAR):
        tasks.purge()
    tasks.purge()
    with pytest.raises(erase.GateClosed):
        expiry.purge_expired(by=SYSTEM)


def test_the_step_of_a_time_service_is_no_doubt(month: list[Segment]) -> None:
    with clock.shifted(timedelta(seconds=30)):
        assert expiry.purge_expired(by=SYSTEM) is None
    assert expiry.why_halted(by=accounts.officer()) == []


@pytest.mark.parametrize("days", [365, -1])
def test_a_computer_that_starts_with_a_wrong_clock_stops_too(
    month: list[Segment], monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    monkeypatch.setattr(clockguard, "_boot", lambda: "lain")
    monkeypatch.setattr(clockguard, "_since_boot", lambda: 5.0)
    with clock.shifted(timedelta(days=days)):
        tasks.purge()
        assert states() == {SegmentState.READY}
        assert expiry.why_halted(by=accounts.officer())


def test_a_weekend_switched_off_is_no_doubt(
    month: list[Segment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockguard, "_boot", lambda: "lain")
    monkeypatch.setattr(clockguard, "_since_boot", lambda: 5.0)
    with clock.shifted(timedelta(days=3)):
        run = expiry.purge_expired(by=SYSTEM)
    assert run is not None, "what ended over the weekend goes"
    assert run.segments_purged == 1


def test_the_page_asks_and_an_approver_lets_it_go_on(
    month: list[Segment], plan: RecordingPlan
) -> None:
    """From the jump to the next purge, as people see it."""
    with clock.shifted(YEAR):
        tasks.purge()
    made.kept(plan, 31)
    visitor = Client()
    visitor.force_login(accounts.approver(), backend=BACKEND)
    page = visitor.get("/pemantauan/").content.decode()
    assert "melompat" in page
    tasks.purge()
    assert states() == {SegmentState.READY}
    question = visitor.get("/pemantauan/lanjutkan/").content.decode()
    assert "Jam komputer sekarang" in question
    assert "1 potongan" in question, "what goes once it is let on"
    assert visitor.post("/pemantauan/lanjutkan/").status_code == 302
    assert "melompat" not in visitor.get("/pemantauan/").content.decode()
    tasks.purge()
    run = PurgeRun.objects.get()
    assert (run.state, run.segments_purged) == (PurgeState.DONE, 1)


def test_resumed_under_a_wrong_clock_the_breaker_stops_it_again(
    month: list[Segment], plan: RecordingPlan
) -> None:
    """An approver who did not look at the clock: what would go is far beyond the usual day."""
    for day in range(1, 9):
        PurgeRun.objects.create(
            kind="EXPIRY", state="DONE", segments_purged=1, started_at=now() - timedelta(days=day)
        )
    with clock.shifted(YEAR):
        tasks.purge()
        expiry.resume_purge(by=accounts.approver())
        tasks.purge()
    assert states() == {SegmentState.READY}
    assert PurgeRun.objects.filter(state=PurgeState.STOPPED).count() == 1


def test_a_full_disk_takes_no_footage_before_its_term(
    month: list[Segment], plan: RecordingPlan, data_dir: Path
) -> None:
    """Room is made by the recorder, which stops; the gate does not know how much there is."""
    plan.volume.reserve_bytes = 2**60
    plan.volume.save()
    for _beat in range(3):
        tasks.purge()
    assert states() == {SegmentState.READY}
    assert all((data_dir / "footage").rglob("*.mp4"))
