"""News from recordings meets what people do to the request at the same moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db.models.signals import post_save

from cctvportal.common.errors import Conflict
from cctvportal.jobs.models import JobState
from recordings.enums import ExportState
from recordings.models import Export
from requests_app.enums import RequestState
from requests_app.services.close import revoke
from tests.concurrency import in_threads
from tests.factories import accounts
from tests.requests_app.desk import filmed


@pytest.mark.race
@pytest.mark.usefixtures("race_db", "data_dir")
def test_revoking_while_a_package_is_being_verified_waits_and_comes_too_late(
    tmp_path: Path,
) -> None:
    clerk, head = accounts.officer(), accounts.approver()
    row = filmed.issued()
    export = filmed.started(row, filmed.disk(tmp_path / "disk", clerk), clerk)
    verified, asked = threading.Event(), threading.Event()

    def pause(instance: Export, **_: object) -> None:
        """The worker holds its job's row; the other one asks for the request's now."""
        if instance.state == ExportState.VERIFIED:
            verified.set()
            asked.wait(5)
            threading.Event().wait(0.5)

    def take_back() -> object:
        verified.wait(20)
        asked.set()
        return revoke(row, reason="Kegiatan batal", by=head)

    post_save.connect(pause, sender=Export)
    try:
        done, late = in_threads(lambda: filmed.carried_out(export), take_back)
    finally:
        post_save.disconnect(pause, sender=Export)
    assert isinstance(late, Conflict), late
    assert isinstance(done, Export), done
    row.refresh_from_db()
    assert (done.state, row.state) == (ExportState.VERIFIED, RequestState.EXPORTED)
    assert done.job is not None
    assert done.job.state == JobState.DONE
