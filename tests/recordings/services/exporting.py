"""What the worker does with an export, and how it may be disturbed at a known step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.models.signals import post_save

from cctvportal.common.clock import ago
from cctvportal.jobs.lease import MAX_ATTEMPTS
from cctvportal.jobs.models import Job
from cctvportal.jobs.services import run, sweep
from recordings.enums import ExportState
from recordings.models import Export, Medium


class Killed(BaseException):
    """Ends the worker where it stands, as SIGKILL would."""


def carried_out(export: Export) -> Export:
    assert export.job is not None
    run(str(export.job.pk), "w1")
    return Export.objects.select_related("job").get(pk=export.pk)


def wiped(export: Export) -> Export:
    """The wipe job's turn."""
    export.refresh_from_db()
    assert export.wipe_job is not None
    Job.objects.filter(pk=export.wipe_job.pk).update(not_before=None)
    run(str(export.wipe_job.pk), "w1")
    return Export.objects.select_related("wipe_job").get(pk=export.pk)


@contextmanager
def once_at(state: ExportState, act: Callable[[Export], None]) -> Iterator[None]:
    """Calls `act` when the worker has just written that the export stands at `state`."""
    left = [act]

    def heard(instance: Export, **_: object) -> None:
        if instance.state == state and left:
            left.pop()(instance)

    post_save.connect(heard, sender=Export)
    try:
        yield
    finally:
        post_save.disconnect(heard, sender=Export)


def killed_at(export: Export, state: ExportState) -> Export:
    """Five workers died of it, the last one while it went to `state`; the sweeper gave it up."""

    def die(_export: Export) -> None:
        raise Killed

    try:
        with once_at(state, die):
            carried_out(export)
    except Killed:
        Job.objects.filter(pk=str(export.job_id)).update(lease_until=ago(1), attempts=MAX_ATTEMPTS)
    sweep()
    return Export.objects.select_related("job").get(pk=export.pk)


def names(medium: Medium) -> set[str]:
    return {path.name for path in Path(medium.path).iterdir()}
