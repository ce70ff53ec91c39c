"""PostgreSQL and Valkey killed, restarted at once, emptied and stopped, while an office works."""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import TYPE_CHECKING

from cctvportal.common.clock import now
from tests.faults import books, desk
from tests.faults.children import ChildFailed
from tests.faults.office import Office, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage

_LONG, _SHORT = 60.0, 5.0


class Away:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._seconds = _LONG if stage.long else _SHORT

    def database(self) -> None:
        """A recorder goes on without its database: no frame is missing afterwards.

        Beside its camera is one that takes the connection and never says a word.
        """
        ground, port = self._stage.ground, free_port()
        self._stage.shelf.blank()
        self._stage.run(partial(books.furnish, port))
        with (
            socket.create_server(("127.0.0.1", 0), backlog=64) as silent,
            Office(ground, "recorder", port=port),
        ):
            hanging = self._stage.run(partial(books.furnish, silent.getsockname()[1])).told
            self._wait("database.mulai", partial(books.recorded_since, None))
            blows: dict[str, Callable[[], None]] = {
                "SIGKILL": ground.kill_postgres,
                "mulai ulang seketika": partial(ground.stop_postgres, immediate=True),
                f"berhenti {self._seconds:.0f} detik": self._stop_database,
            }
            for name, befall in blows.items():
                befall()
                ground.start_postgres()
                self._stage.tally.tried[f"database.{name}"] += 1
                self._wait(f"database.{name}", partial(books.recorded_since, now()))
            self._look("camera.hang beside others", partial(books.booked_as_gone, hanging))
        self._stage.tally.look("database", self._stage.run(partial(books.closed, whole=True)).told)

    def _look(self, fault: str, look: Callable[[], list[str]]) -> None:
        self._stage.tally.tried[fault] += 1
        for sentence in self._stage.run(look).told:
            self._stage.tally.wrong(fault, sentence)

    def _stop_database(self) -> None:
        self._stage.ground.stop_postgres()
        time.sleep(self._seconds)

    def valkey(self) -> None:
        """Jobs are rows: each is carried out once, whatever becomes of the bell."""
        ground = self._stage.ground
        self._stage.shelf.make("desk", self._stage.run, desk.build)
        self._stage.shelf.put_back("desk")
        with Office(ground, "worker", "exports", "beat"):
            blows: dict[str, Callable[[], None]] = {
                "SIGKILL": self._kill_valkey,
                "FLUSHALL": ground.flush_valkey,
                f"berhenti {self._seconds:.0f} detik": self._stop_valkey,
            }
            for name, befall in blows.items():
                self._stage.run(desk.ask)
                befall()
                self._stage.run(desk.ask)
                self._stage.tally.tried[f"valkey.{name}"] += 1
                self._wait(f"valkey.{name}", books.jobs_over)
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
            tally.back(fault, self._stage.run(look).told)
        except ChildFailed as error:
            tally.wrong(fault, str(error).strip().splitlines()[-1])
