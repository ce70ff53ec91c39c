from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState
from recordings.enums import AlarmKind
from recordings.services.watching.work import given_up, waiting
from tests.factories import requests_app as make
from tests.factories.accounts import officer
from tests.recordings.services.watching.rows import look

pytestmark = pytest.mark.django_db
FAILED = {"state": JobState.FAILED, "error": "Hard disk penuh."}


def job(key: str, kind: str = "export", **given: object) -> Job:
    return Job.objects.create(kind=kind, key=key, subject_id=key, **given)


def test_an_export_that_gave_up_waits_for_somebody() -> None:
    export = make.verified_export(make.issued(), officer())
    type(export).objects.filter(pk=export.pk).update(job=job("a", **FAILED))
    assert given_up(look()) == [], "the export itself is done: nobody waits"
    job("b", **FAILED)
    (found,) = given_up(look())
    assert (found.kind, found.subject) == (AlarmKind.JOB_GAVE_UP, "export")
    assert found.facts == {"count": 1, "name": "ekspor ke hard disk"}


def test_kinds_of_other_apps_are_told_too() -> None:
    job("a", "periksa", **FAILED)
    (found,) = given_up(look())
    assert found.facts == {"count": 1, "name": "periksa"}


def test_a_wipe_counts_only_while_something_is_left_to_wipe() -> None:
    job("a", "export-wipe", **FAILED)
    assert given_up(look()) == []


def test_a_due_job_that_nobody_rang_for_means_that_no_sweep_runs() -> None:
    long_ago = now() - timedelta(minutes=5)
    late = job("a", "erase", hinted_at=long_ago)
    Job.objects.update(created_at=long_ago)
    (found,) = waiting(look())
    assert found.facts == {"since_at": long_ago.isoformat()}
    Job.objects.filter(pk=late.pk).update(hinted_at=now())
    assert waiting(look()) == []


def test_a_job_that_is_rung_for_and_that_nobody_takes_is_told() -> None:
    long_ago = now() - timedelta(minutes=5)
    job("a", hinted_at=now())
    Job.objects.update(created_at=long_ago)
    (found,) = waiting(look())
    assert found.facts == {"since_at": long_ago.isoformat()}


def test_an_export_whose_worker_died_and_that_nobody_takes_over_is_told() -> None:
    died = now() - timedelta(minutes=5)
    job("a", state=JobState.RUNNING, lease_until=died, hinted_at=now())
    Job.objects.update(created_at=now() - timedelta(hours=2))
    (found,) = waiting(look())
    assert found.facts == {"since_at": died.isoformat()}


@pytest.mark.parametrize(
    ("kind", "other", "told"),
    [
        ("export-wipe", {"state": JobState.RUNNING, "lease_until": timedelta(minutes=1)}, False),
        ("export", {"state": JobState.RUNNING, "lease_until": timedelta(minutes=-5)}, True),
        ("export", {"state": JobState.DONE, "finished_at": timedelta(seconds=-30)}, False),
        ("export", {"state": JobState.DONE, "finished_at": timedelta(minutes=-30)}, True),
        ("erase", {"state": JobState.RUNNING, "lease_until": timedelta(minutes=1)}, True),
    ],
)
def test_one_that_stands_behind_another_of_its_queue_is_not_late(
    kind: str, other: dict[str, Any], *, told: bool
) -> None:
    moments = {name: now() + span for name, span in other.items() if name != "state"}
    job("a", "export", hinted_at=now())
    job("b", kind, **{**other, **moments, "hinted_at": now()})
    Job.objects.update(created_at=now() - timedelta(minutes=20))
    assert bool(waiting(look())) is told


def test_a_job_for_later_is_not_late() -> None:
    long_ago = now() - timedelta(minutes=5)
    job("a", "erase", hinted_at=long_ago, not_before=now() + timedelta(hours=3))
    assert waiting(look()) == []
