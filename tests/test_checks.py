"""What `manage.py check` finds before a portal with a broken promise starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from cctvportal import checks


def found(check: Any) -> list[str]:
    return [message.id for message in check()]


def test_checks_are_quiet_here() -> None:
    ours = [each for each in run_checks() if str(each.id).startswith("portal.")]
    assert ours == []


def test_secret_that_others_can_read_is_named(tmp_path: Path) -> None:
    secret = tmp_path / "portal_master_key"
    secret.write_text("00" * 32)
    secret.chmod(0o600)
    with override_settings(PORTAL_SECRET_DIR=tmp_path):
        assert found(checks.data_folder) == []
        secret.chmod(0o640)
        (error,) = checks.data_folder()
    assert error.id == "portal.E002"
    assert "portal_master_key" in error.msg


def test_data_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with override_settings(PORTAL_DATA_DIR=tmp_path / "tidak-ada"):
        assert found(checks.data_folder) == ["portal.E001"]


@pytest.mark.parametrize("key", ["", "kata sandi", "00" * 16])
def test_master_key_that_seals_nothing_is_named(key: str) -> None:
    with override_settings(PORTAL_MASTER_KEY=key):
        assert found(checks.master_key) == ["portal.E003"]


def test_durations_that_break_a_promise_are_named() -> None:
    with override_settings(SEGMENT_SECONDS=900, PURGE_EVERY_SECONDS=3600):
        assert found(checks.durations) == ["portal.E004", "portal.W001"]


def test_scheduled_task_that_nobody_knows_is_named() -> None:
    ghost = {"hantu": {"task": "recordings.hantu", "schedule": 1.0}}
    with override_settings(CELERY_BEAT_SCHEDULE=ghost):
        assert found(checks.schedule) == ["portal.E005"]
