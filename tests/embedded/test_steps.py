from __future__ import annotations

import json
import os
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cctvportal.embedded import steps
from cctvportal.embedded.programs import CAMERA_PASSWORD, MARK, Plan, virtual_cameras
from cctvportal.embedded.refusal import CannotStart

if TYPE_CHECKING:
    from pathlib import Path


def plan(folder: Path, root: Path | None = None) -> Plan:
    return Plan(root=root or folder, data_dir=folder, port=8000, postgres=None, valkey=None)


def static_tree(root: Path) -> None:
    """A checkout whose `manage.py collectstatic` only counts how often it was called."""
    (root / "static").mkdir(parents=True)
    (root / "static" / "a.css").write_text("a {}")
    (root / "cctvportal").mkdir()
    (root / "cctvportal" / "settings.py").touch()
    (root / "requirements.lock").touch()
    (root / "var" / "log").mkdir(parents=True)
    (root / "manage.py").write_text(
        "import pathlib; out = pathlib.Path('var/static'); out.mkdir(exist_ok=True);"
        "calls = out / 'calls'; before = calls.read_text() if calls.exists() else '';"
        "calls.write_text(before + 'x')"
    )


def test_static_files_are_collected_only_when_one_changed(tmp_path: Path) -> None:
    static_tree(tmp_path)
    ours = plan(tmp_path / "var", tmp_path)
    told = [steps.collect_static(ours, dict(os.environ)) for _ in range(3)]
    assert told == [True, False, False]
    (tmp_path / "static" / "b.css").write_text("b {}")
    assert steps.collect_static(ours, dict(os.environ)) is True
    assert (tmp_path / "var" / "static" / "calls").read_text() == "xx"


def test_failed_command_names_its_log(tmp_path: Path) -> None:
    static_tree(tmp_path)
    (tmp_path / "manage.py").write_text("raise SystemExit('rusak')")
    with pytest.raises(CannotStart, match=r"manage\.log[\s\S]*rusak"):
        steps.manage(plan(tmp_path / "var", tmp_path), dict(os.environ), "migrate")


def test_full_disk_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=2**20))
    with pytest.raises(CannotStart, match="Disk penuh"):
        steps.check_machine(plan(tmp_path))


def test_programs_know_their_run_and_get_one_camera_password(tmp_path: Path) -> None:
    first, second = steps.environment(plan(tmp_path)), steps.environment(plan(tmp_path))
    assert first[MARK] == str(tmp_path)
    assert first[CAMERA_PASSWORD] == second[CAMERA_PASSWORD]
    secret = tmp_path / "secrets" / "demo_camera_password"
    assert secret.stat().st_mode & 0o777 == 0o600


def test_what_the_caller_sets_wins_over_the_demos_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SEGMENT_SECONDS", "60")
    assert steps.environment(plan(tmp_path))["PORTAL_SEGMENT_SECONDS"] == "60"


def test_accounts_are_those_that_demo_data_wrote(tmp_path: Path) -> None:
    assert steps.accounts(tmp_path) == []
    wrote = [{"role": "Pemohon", "nip": "1", "password": "rahasia"}]
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "accounts.json").write_text(json.dumps(wrote))
    assert steps.accounts(tmp_path) == wrote


def test_virtual_cameras_have_the_ports_of_the_readme() -> None:
    ports = [(camera.rtsp_port, camera.onvif_port) for camera in virtual_cameras(18554)]
    assert ports == [(18554, 18080), (18555, 18081)]
