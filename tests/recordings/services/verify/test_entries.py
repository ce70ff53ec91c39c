"""I5: the book and the rows tell the same story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.services import record
from cctvportal.common.clock import ago, now
from recordings.enums import HoldKind
from recordings.models import Hold, Medium, PurgeRun
from recordings.services import exports, holds
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from cctvportal.accounts.models import User
    from recordings.models import RecordingPlan
    from recordings.services.permits import Permit


def test_what_went_through_the_services_is_in_the_book(
    permit: Permit, medium: Medium, officer: User
) -> None:
    exports.queue(permit=permit, medium=medium, by=officer)
    report = look()
    assert [one for one in told(report) if one[0] == "I5"] == []
    assert report.checked["state_changes"] >= 2
    assert report.checked["entries"] >= 3


def test_change_without_its_line_is_told(plan: RecordingPlan) -> None:
    row = Hold.objects.create(
        camera=plan.camera,
        starts_at=ago(100),
        ends_at=ago(10),
        kind=HoldKind.REQUEST,
        reference="permohonan-1",
        placed_at=ago(5),
    )
    subject = f"recordings.hold {row.pk}"
    placed = ("I5", subject, "tidak ada di buku catatan (hold.placed)")
    assert told(look()) == [placed]
    Hold.objects.filter(pk=row.pk).update(released_at=now())
    released = ("I5", subject, "tidak ada di buku catatan (hold.released)")
    assert told(look()) == [placed, released]


def test_line_without_its_row_is_told(plan: RecordingPlan) -> None:
    gone = PurgeRun(kind="EXPIRY", started_at=now())
    entry = record("purge.stopped", by=SYSTEM, subject=gone)
    sentence = f"catatan {entry.serial} (purge.stopped) menyebut baris yang tidak ada"
    assert told(look()) == [("I5", f"recordings.purgerun {gone.pk}", sentence)]


def test_released_holds_of_a_reference_have_both_lines(plan: RecordingPlan) -> None:
    holds.place(
        camera_ids=[plan.camera_id],
        start=ago(100),
        end=ago(10),
        kind=HoldKind.REQUEST,
        reference="permohonan-1",
        by=SYSTEM,
    )
    holds.release(reference="permohonan-1", kind=HoldKind.REQUEST, by=SYSTEM)
    assert told(look()) == []
