"""I10: nothing expired stays, nothing held went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.services import record
from cctvportal.common.clock import ago, now
from recordings.enums import HoldKind, PurgeKind, PurgeState
from recordings.models import Hold, PurgeRun, Segment
from recordings.services import expiry
from tests.factories.recordings import hold_on, stored_segment
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from recordings.models import RecordingPlan


def test_footage_long_past_its_term_is_told(plan: RecordingPlan) -> None:
    stored_segment(plan.camera, plan.volume, ago(9000), expires_at=ago(3000))
    late = stored_segment(plan.camera, plan.volume, ago(12000), expires_at=ago(4000))
    ((invariant, subject, sentence),) = told(look())
    assert (invariant, subject) == ("I10", f"potongan {late.pk}")
    assert sentence.startswith("masa simpannya habis ")


def test_footage_past_its_term_under_a_hold_is_no_violation(plan: RecordingPlan) -> None:
    hold_on(stored_segment(plan.camera, plan.volume, ago(12000), expires_at=ago(4000)))
    assert told(look()) == []


def test_footage_waits_while_a_person_has_to_look(plan: RecordingPlan) -> None:
    stored_segment(plan.camera, plan.volume, ago(12000), expires_at=ago(4000))
    PurgeRun.objects.create(
        kind=PurgeKind.EXPIRY, started_at=now(), state=PurgeState.STOPPED, reason="banyak"
    )
    report = look()
    assert report.checked["past_term_waiting"] == 1
    assert [one for one in told(report) if one[0] == "I10"] == []


def viewed(segment: Segment) -> None:
    facts = {"segment": str(segment.pk), "camera": segment.camera_id, "way": "video"}
    with transaction.atomic():
        record("footage.viewed", by=SYSTEM, subject=segment.camera, facts=facts)


def test_footage_seen_past_its_term_is_told(plan: RecordingPlan) -> None:
    running = stored_segment(plan.camera, plan.volume, ago(9000), expires_at=ago(60))
    viewed(running)
    assert told(look()) == [], "it was chosen in time, and took a while to be read"
    over = stored_segment(plan.camera, plan.volume, ago(12000), expires_at=ago(600))
    hold_on(over)
    viewed(over)
    report = look()
    ((invariant, subject, sentence),) = told(report)
    assert (invariant, subject) == ("I10", f"potongan {over.pk}")
    assert sentence.startswith("dilihat sesudah masa simpannya habis")
    assert report.checked["viewings"] == 2


def test_footage_seen_under_a_hold_of_the_time_is_no_violation(plan: RecordingPlan) -> None:
    over = stored_segment(plan.camera, plan.volume, ago(12000), expires_at=ago(600))
    Hold.objects.create(
        camera=plan.camera,
        starts_at=ago(12000),
        ends_at=ago(11990),
        kind=HoldKind.REQUEST,
        reference="permohonan-1",
        placed_at=ago(700),
    )
    viewed(over)
    Hold.objects.update(released_at=now())
    assert [one for one in told(look()) if one[0] == "I10"] == []


def test_held_footage_that_was_removed_is_told(plan: RecordingPlan) -> None:
    """As nothing in the portal can do: the hold is dated back behind the purge."""
    segment = stored_segment(plan.camera, plan.volume, ago(12000), expires_at=ago(10))
    expiry.purge_expired(by=SYSTEM)
    assert told(look()) == []
    hold_on(segment)
    assert told(look()) == [], "a hold that came after the purge"
    Hold.objects.bulk_create(
        Hold(
            camera_id=segment.camera_id,
            starts_at=ago(12000),
            ends_at=ago(11990),
            kind=HoldKind.REQUEST,
            reference=reference,
            placed_at=ago(600),
            released_at=released,
        )
        for reference, released in (("permohonan-2", None), ("permohonan-3", ago(300)))
    )
    found = [one for one in told(look()) if one[0] == "I10"]
    sentence = "dihapus selama ditahan (Permohonan permohonan-2)"
    assert found == [("I10", f"potongan {segment.pk}", sentence)]
