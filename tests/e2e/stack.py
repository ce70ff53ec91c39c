"""The whole portal as `make run` starts it, on a data folder and ports of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from cctvportal.embedded import leftovers, process, programs
from tests.demo.browser import Browser
from tests.demo.office import wait_for_cameras, wall_clock
from tests.servers import worker_name
from tests.template import ROOT

_PATIENCE = 120
_KEPT = ("PATH", "HOME", "LANG")
# Below the ports that the kernel gives away by itself. Workers of one run look in parts of their
# own: each that gets a test of these starts a portal, and both may choose at the same moment.
_PARTS, _FIRST, _LAST = 8, 20_000, 31_000


class Stack:
    """Web, worker, recorder, beat, servers and two virtual cameras."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "d"
        self.output = folder / "output.txt"
        self.port, self.camera_port = free_ports()
        self.child: subprocess.Popen[bytes] | None = None
        # Both cameras record since then at the latest.
        self.since = wall_clock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def accounts(self) -> dict[str, dict[str, Any]]:
        """Role -> name, nip and password of the demo's people."""
        path = self.data_dir / "demo" / "accounts.json"
        return {one["role"]: one for one in json.loads(path.read_text(encoding="utf-8"))}

    def start(self) -> None:
        """Returns when both cameras record."""
        # Nothing of the tests' own servers and settings reaches the portal.
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        ours = {"PORTAL_DATA_DIR": str(self.data_dir), "PORT": str(self.port)}
        ours |= {programs.CAMERA_PORT: str(self.camera_port)}
        # Should this process be killed, the portal ends by itself.
        self.child = process.spawn(
            [sys.executable, "-m", "cctvportal.embedded", "run"],
            log=self.output,
            environment=kept | ours,
            folder=str(ROOT),
        )
        self._wait_for("portal siap")
        officer = Browser(self.address, "petugas")
        account = self.accounts["petugas"]
        officer.open("/").press("Masuk", login=account["nip"], password=account["password"])
        wait_for_cameras(officer, "Lobi", "Parkir")
        self.since = wall_clock()

    def _wait_for(self, sentence: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while sentence not in (said := self.output.read_text(errors="replace")):
            ended = self.child is None or self.child.poll() is not None
            assert not ended, said
            assert time.monotonic() < deadline, said
            time.sleep(0.2)

    def stop(self) -> set[int]:
        """As Ctrl-C does. Answers with the processes that are still there, and ends those too."""
        if self.child is not None and self.child.poll() is None:
            self.child.send_signal(signal.SIGINT)
            self.child.wait(30)
        left = leftovers.marked(self.data_dir.resolve())
        leftovers.end_all(lambda: leftovers.marked(self.data_dir.resolve()), patience=5)
        return left


def free_ports() -> tuple[int, int]:
    """A port for the web, and the first of the cameras' (see programs.virtual_cameras)."""
    part = int("".join(filter(str.isdigit, worker_name())) or 0) % _PARTS
    for web in random.sample(range(_FIRST + 10 * part, _LAST, 10 * _PARTS), 40):
        cameras = programs.virtual_cameras(web + 1000)
        wanted = [web, *(port for one in cameras for port in (one.rtsp_port, one.onvif_port))]
        if all(map(_is_free, wanted)):
            return web, web + 1000
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
