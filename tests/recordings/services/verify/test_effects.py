"""I4: each effect once, and as often counted as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.services import record
from cctvportal.common.clock import ago
from recordings.models import Export, Medium, PurgeRun
from recordings.services import expiry, exports
from tests.factories.recordings import stored_segment
from tests.recordings.services.exporting import carried_out
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from cctvportal.accounts.models import User
    from recordings.models import RecordingPlan
    from recordings.services.permits import Permit


@pytest.fixture
def run(plan: RecordingPlan) -> PurgeRun:
    for minutes in range(3):
        stored_segment(plan.camera, plan.volume, ago(9000 - 60 * minutes), expires_at=ago(10))
    done = expiry.purge_expired(by=SYSTEM)
    assert done is not None
    return done


def test_run_is_counted_as_often_as_its_rows_and_lines_say(run: PurgeRun) -> None:
    report = look()
    assert told(report) == []
    assert report.checked["purge_runs"] == 1


def test_effect_that_was_counted_twice_is_told(run: PurgeRun) -> None:
    PurgeRun.objects.filter(pk=run.pk).update(segments_purged=6)
    ((invariant, subject, sentence),) = told(look())
    assert (invariant, subject) == ("I4", f"penghapusan {run.pk}")
    assert sentence.startswith("tercatat 6 potongan")


def test_effect_that_was_booked_twice_is_told(run: PurgeRun) -> None:
    facts = {"segments": 3, "bytes": run.bytes_purged}
    record("footage.purged", by=SYSTEM, subject=run, facts=facts)
    assert [one[:2] for one in told(look())] == [("I4", f"penghapusan {run.pk}")]


def test_export_is_verified_once(permit: Permit, medium: Medium, officer: User) -> None:
    export = carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    mine = [one for one in told(look()) if one[0] == "I4"]
    assert mine == []
    record("export.verified", by=SYSTEM, subject=export)
    subject = f"ekspor {export.number} {export.pk}"
    twice = ("I4", subject, "berstatus VERIFIED, tercatat selesai 2 kali")
    assert [one for one in told(look()) if one[0] == "I4"] == [twice]


def test_job_that_ended_before_its_export_is_told(
    permit: Permit, medium: Medium, officer: User
) -> None:
    export = exports.queue(permit=permit, medium=medium, by=officer)
    assert export.job is not None
    export.job.state = "DONE"
    export.job.save()
    assert Export.objects.get(pk=export.pk).state == "QUEUED"
    mine = [one[2] for one in told(look()) if one[0] == "I4"]
    assert mine == ["pekerjaannya selesai, ekspornya belum"]
