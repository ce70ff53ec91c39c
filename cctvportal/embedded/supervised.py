"""A supervisord as a child of ours, spoken to over its unix socket."""

from __future__ import annotations

import signal
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from supervisor.xmlrpc import SupervisorTransport

from cctvportal.embedded import addresses, leftovers, process
from cctvportal.embedded.programs import Plan, Program, configuration
from cctvportal.embedded.refusal import CannotStart

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

# All programs are told at once and then the servers: 5 + 1 + 3 s at worst (programs.py).
_STOP_SECONDS = 9.0


@dataclass(slots=True)
class Supervisor:
    plan: Plan
    programs: list[Program]
    child: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Starts the servers of the plan; the portal's programs wait for `start_web`."""
        plan = self.plan
        addresses.supervisor_socket(plan.data_dir).unlink(missing_ok=True)
        path = plan.data_dir / "supervisord.conf"
        path.write_text(configuration(plan, self.programs), encoding="utf-8")
        self.child = process.spawn(
            [sys.executable, "-m", "supervisor.supervisord", "-c", path],
            log=plan.log_dir / "supervisord.out",
            environment=environment,
            folder=str(plan.root),
        )

    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def start_web(self) -> None:
        """First and alone, so that the login page need not wait for the others' start."""
        deadline = time.monotonic() + 10
        while True:
            try:
                self._call("startProcess", "portal:web", False)  # noqa: FBT003 - wait for nothing
            except OSError:
                if not self.running() or time.monotonic() > deadline:
                    log = self.plan.log_dir / "supervisord.out"
                    raise CannotStart(
                        f"supervisord tidak berjalan. Catatannya: {log}",
                        f"supervisord does not run. Its log: {log}\n{process.tail(log)}",
                    ) from None
                time.sleep(0.05)
            else:
                return

    def start_others(self) -> None:
        for group in ("cameras", "portal"):
            self._call("startProcessGroup", group, False)  # noqa: FBT003 - wait for nothing

    def healthy(self, name: str) -> bool:
        """False once this program has ended: waiting for it would be in vain."""
        return self.running() and self.states().get(name) not in {"BACKOFF", "EXITED", "FATAL"}

    def states(self) -> dict[str, str]:
        """Program -> supervisord's word for its state: RUNNING, STARTING, BACKOFF, FATAL, ..."""
        try:
            rows = cast("list[dict[str, str]]", self._call("getAllProcessInfo"))
        except (OSError, xmlrpc.client.Error):
            return {}
        return {row["name"]: row["statename"] for row in rows}

    def _call(self, name: str, *arguments: object) -> object:
        socket = addresses.supervisor_socket(self.plan.data_dir)
        transport = SupervisorTransport(None, None, f"unix://{socket}")
        with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as proxy:
            return getattr(proxy.supervisor, name)(*arguments)

    def stop(self) -> None:
        """Ends everything in order, and then whatever is still below us, by force."""
        if self.child is not None:
            orderly = self.running()
            process.end(self.child, signal.SIGTERM, patience=_STOP_SECONDS)
            self.child = None
            leftovers.end_all(leftovers.descendants, patience=0.5 if orderly else 4)
