from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.embedded import leftovers
from tests.template import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow
_PATIENCE = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """`python -m cctvportal.embedded run` on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "var"
        self.output = folder / "output.txt"
        self.port = free_port()
        self.camera_port = free_port()
        self.child: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        ours = {"PORTAL_DATA_DIR": str(self.data_dir), "PORT": str(self.port)}
        ours |= {"PORTAL_DEMO_CAMERA_PORT": str(max(self.camera_port, 2000))}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with self.output.open("wb") as output:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "cctvportal.embedded", "run"],
                cwd=ROOT,
                env=kept | ours | more,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self, wanted: str) -> str:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            text = self.output.read_text(errors="replace")
            if wanted in text:
                return text
            if self.child is None or self.child.poll() is not None:
                break
            time.sleep(0.1)
        text = self.output.read_text(errors="replace")
        assert wanted in text
        return text

    def end(self, number: signal.Signals) -> tuple[int, float]:
        """Exit code, and how many seconds it took."""
        assert self.child is not None
        began = time.monotonic()
        self.child.send_signal(number)
        return self.child.wait(30), time.monotonic() - began

    def left(self) -> set[int]:
        return leftovers.marked(self.data_dir.resolve())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One for all tests here: only the first of them waits for a new database."""
    with tempfile.TemporaryDirectory(prefix="run-test-") as name:
        # pytest's own folders are private, and root's servers would keep their data elsewhere.
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def running(folder: Path) -> Iterator[Run]:
    run = Run(folder)
    try:
        yield run
    finally:
        if run.child is not None and run.child.poll() is None:
            run.end(signal.SIGTERM)
        leftovers.end_all(run.left, patience=5)


def test_ctrl_c_ends_all_within_ten_seconds(running: Run) -> None:
    running.start()
    running.says("portal siap")
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/akun/masuk/") as page:
        assert page.status == 200
    assert running.left()
    code, seconds = running.end(signal.SIGINT)
    assert code == 0
    assert seconds < 10
    assert running.left() == set()


def test_start_after_everything_was_killed(running: Run) -> None:
    running.start()
    running.says("portal siap")
    assert running.child is not None
    pid_file = running.data_dir / "supervisord.pid"
    os.kill(running.child.pid, signal.SIGSTOP)  # so that it ends nothing in an orderly way
    for victim in (int(pid_file.read_text()), running.child.pid):
        os.kill(victim, signal.SIGKILL)
    running.child.wait()
    assert running.left()
    running.start()
    text = running.says("portal siap")
    assert "dari jalannya yang lalu dihentikan" in text
    assert running.end(signal.SIGTERM)[0] == 0
    assert running.left() == set()


def test_death_of_supervisord_ends_all_and_says_so(running: Run) -> None:
    running.start()
    running.says("portal siap")
    os.kill(int((running.data_dir / "supervisord.pid").read_text()), signal.SIGKILL)
    assert "supervisord berhenti sendiri" in running.says("semua berhenti")
    assert running.child is not None
    assert running.child.wait(10) == 1
    assert running.left() == set()


def test_a_killed_program_comes_back(running: Run) -> None:
    running.start()
    running.says("portal siap")
    log = running.data_dir / "log" / "supervisord.log"
    first = re.findall(r"spawned: 'web' with pid (\d+)", log.read_text())
    os.kill(int(first[-1]), signal.SIGKILL)
    deadline = time.monotonic() + 20
    while len(re.findall("spawned: 'web'", log.read_text())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert running.end(signal.SIGINT)[0] == 0


def test_taken_port_is_told_before_anything_starts(running: Run) -> None:
    with socket.create_server(("127.0.0.1", running.port)):
        running.start()
        text = running.says("semua berhenti")
    assert f"Porta {running.port} sudah dipakai program lain" in text
    assert f"Port {running.port} is taken" in text
    assert "PostgreSQL" not in text


def test_second_run_on_the_same_data_is_refused(running: Run, tmp_path: Path) -> None:
    running.start()
    running.says("PostgreSQL dan Valkey berjalan")
    second = Run(tmp_path)
    second.data_dir = running.data_dir
    second.start()
    assert "sudah berjalan" in second.says("semua berhenti")
    assert second.child is not None
    assert second.child.wait(10) == 1
    assert running.left()


def test_unreadable_port_is_told(running: Run) -> None:
    running.port = 80
    running.start()
    assert "PORT berisi '80'" in running.says("semua berhenti")
