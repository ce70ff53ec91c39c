"""PostgreSQL and Valkey killed, restarted at once, emptied and stopped, while an office works."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from cctvportal.common.clock import now
from tests.faults import books, desk
from tests.faults.children import ChildFailed
from tests.faults.office import Office, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage

# I9: work is accepted again within this of the fault's end; half of it for a busy machine.
_AGAIN: Final = 45.0
_LONG, _SHORT = 60.0, 5.0


class Away:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._seconds = _LONG if stage.long else _SHORT

    def database(self) -> None:
        """A recorder goes on without its database: no frame is missing afterwards."""
        ground = self._stage.ground
        port = free_port()
        self._stage.shelf.blank()
        self._stage.run(partial(books.furnish, port))
        with Office(ground, "recorder", port=port):
            self._wait("database.start", partial(books.recorded_since, None, _AGAIN))
            blows: dict[str, Callable[[], None]] = {
                "SIGKILL": ground.kill_postgres,
                "mulai ulang seketika": partial(ground.stop_postgres, immediate=True),
                f"berhenti {self._seconds:.0f} detik": self._stop_database,
            }
            for name, befall in blows.items():
                befall()
                ground.start_postgres()
                self._stage.tally.tried[f"database.{name}"] += 1
                since = partial(books.recorded_since, now(), _AGAIN)
                self._wait(f"database.{name}", since)
        self._stage.tally.look("database", self._stage.run(partial(books.closed, whole=True)).told)

    def _stop_database(self) -> None:
        self._stage.ground.stop_postgres()
        time.sleep(self._seconds)

    def valkey(self) -> None:
        """Jobs are rows: each is carried out once, whatever becomes of the bell."""
        ground = self._stage.ground
        self._stage.shelf.make("desk", self._stage.run, desk.build)
        self._stage.shelf.put_back("desk")
        with Office(ground, "worker", "beat"):
            for name, befall in {
                "tanpa gangguan": lambda: None,
                "SIGKILL": self._kill_valkey,
                "FLUSHALL": ground.flush_valkey,
                f"berhenti {self._seconds:.0f} detik": self._stop_valkey,
            }.items():
                self._stage.run(desk.ask)
                befall()
                self._stage.run(desk.ask)
                self._stage.tally.tried[f"valkey.{name}"] += 1
                self._wait(f"valkey.{name}", partial(books.jobs_over, _AGAIN))
        self._stage.tally.look("valkey", self._stage.run(partial(books.closed, whole=False)).told)

    def _kill_valkey(self) -> None:
        self._stage.ground.kill_valkey()
        time.sleep(2.0)
        self._stage.ground.start_valkey()

    def _stop_valkey(self) -> None:
        self._stage.ground.stop_valkey()
        time.sleep(self._seconds)
        self._stage.ground.start_valkey()

    def _wait(self, fault: str, look: Callable[[], float]) -> None:
        tally = self._stage.tally
        try:
            self._stage.run(look)
        except ChildFailed as error:
            tally.wrong(fault, str(error).strip().splitlines()[-1])
        tally.checked["I9: work accepted again in time"] += 1
