"""Everything at once: a seeded nemesis strikes a working office every few seconds."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from cctvportal.common.clock import ago, now
from recordings.enums import SegmentState
from recordings.models import Segment
from tests.faults import books, desk
from tests.faults.children import ChildFailed
from tests.faults.office import COMMANDS, Office, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.stage import Stage

_LONG, _SHORT = 240.0, 60.0
_BEYOND_THE_LEASE: Final = 3.0


class Nemesis:
    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._office: Office | None = None

    def run(self) -> None:
        stage, port = self._stage, free_port()
        stage.shelf.make("desk", stage.run, desk.build)
        stage.shelf.put_back("desk")
        stage.run(partial(books.furnish, port))
        until = time.monotonic() + (_LONG if stage.long else _SHORT)
        with Office(stage.ground, *COMMANDS, port=port) as self._office:
            self._wait(partial(books.recorded_since, now()))
            while time.monotonic() < until:
                self._strike()
                time.sleep(stage.rng.uniform(0.2, 2.0))
            self._wait(partial(books.recorded_since, now()))
            self._wait(books.jobs_over)
        stage.tally.look("nemesis", stage.run(partial(books.closed, whole=False)).told)

    def _strike(self) -> None:
        """One blow, while the officer and the calendar go on as if nothing were."""
        rng = self._stage.rng
        for each in (desk.ask, _expire):
            with suppress(ChildFailed):  # the database may be on its way back
                self._stage.run(each)
        name, blow = rng.choice(self._blows())
        blow()
        self._stage.tally.tried[f"nemesis.{name}"] += 1

    def _blows(self) -> list[tuple[str, Callable[[], None]]]:
        ground, office = self._stage.ground, self._office
        assert office is not None
        return [
            ("perekam dibunuh", partial(office.kill, "recorder")),
            ("proses media dibunuh", self._kill_media),
            ("pekerja dibunuh", partial(office.kill, "worker")),
            ("pekerja dihentikan melebihi sewa", partial(self._freeze, "worker")),
            ("pekerja ekspor dibunuh", partial(office.kill, "exports")),
            ("pekerja ekspor dihentikan melebihi sewa", partial(self._freeze, "exports")),
            ("kamera dimulai ulang", partial(office.kill, "camera")),
            ("PostgreSQL dibunuh", self._kill_database),
            ("PostgreSQL dimulai ulang", self._restart_database),
            ("Valkey dibunuh", self._kill_valkey),
            ("Valkey dikosongkan", ground.flush_valkey),
        ]

    def _kill_media(self) -> None:
        assert self._office is not None
        for pid in self._office.children("recorder"):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _freeze(self, name: str) -> None:
        assert self._office is not None
        self._office.signal(name, signal.SIGSTOP)
        time.sleep(_BEYOND_THE_LEASE)
        self._office.signal(name, signal.SIGCONT)

    def _kill_database(self) -> None:
        self._stage.ground.kill_postgres()
        time.sleep(self._stage.rng.uniform(0.0, 2.0))
        self._stage.ground.start_postgres()

    def _restart_database(self) -> None:
        self._stage.ground.stop_postgres(immediate=True)
        self._stage.ground.start_postgres()

    def _kill_valkey(self) -> None:
        self._stage.ground.kill_valkey()
        time.sleep(self._stage.rng.uniform(0.0, 2.0))
        self._stage.ground.start_valkey()

    def _wait(self, look: Callable[[], float]) -> None:
        tally = self._stage.tally
        try:
            tally.back("nemesis", self._stage.run(look).told)
        except ChildFailed as error:
            tally.wrong("nemesis", str(error).strip().splitlines()[-1])


def _expire() -> int:
    """The oldest segment of the camera that is recorded comes to its term."""
    ready = Segment.objects.filter(state=SegmentState.READY, expires_at__gt=now())
    oldest = ready.order_by("-camera", "started_at").first()
    if oldest is None:
        return 0
    return Segment.objects.filter(pk=oldest.pk).update(expires_at=ago(1))
