"""One Valkey on a data folder. It holds wake-up calls and counters: nothing that must last."""

from __future__ import annotations

import signal
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cctvportal.embedded import addresses, process
from cctvportal.embedded.binaries import valkey_server
from cctvportal.embedded.reach import Account, make_socket_dirs, server_account
from cctvportal.embedded.refusal import CannotStart

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


@dataclass(slots=True)
class Valkey:
    data_dir: Path
    account: Account | None = field(default_factory=server_account)
    child: subprocess.Popen[bytes] | None = None

    @property
    def command(self) -> list[str]:
        path = addresses.valkey_socket(self.data_dir)
        return [
            str(valkey_server(self.account)),
            *("--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700"),
            # Its title would overwrite the environment by which a later run knows it as ours.
            *("--set-proc-title", "no"),
            *("--save", "", "--appendonly", "no", "--dir", str(path.parent)),
            # A full Valkey must refuse, never drop a wake-up call or a throttle's counter.
            *("--maxmemory", "256mb", "--maxmemory-policy", "noeviction"),
        ]

    def prepare(self) -> None:
        make_socket_dirs(self.data_dir, self.account)

    def start(self, log: Path) -> None:
        self.child = process.spawn(
            self.command, log=log, environment=process.plain_environment(), account=self.account
        )
        self.wait(log, alive=lambda: self.child is not None and self.child.poll() is None)

    def wait(self, log: Path, *, alive: Callable[[], bool], patience: float = 15.0) -> None:
        deadline = time.monotonic() + patience
        while not self._answers():
            if not alive() or time.monotonic() > deadline:
                raise CannotStart(
                    f"Valkey tidak berjalan. Catatannya: {log}",
                    f"Valkey does not run. Its log: {log}\n{process.tail(log)}",
                )
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(addresses.valkey_socket(self.data_dir)))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def stop(self) -> None:
        if self.child is not None:
            process.end(self.child, signal.SIGTERM)
            self.child = None
