"""Puts the recorder into a Celery worker that was started with `--recorder`."""

from __future__ import annotations

import os
import signal
from typing import Any

from celery import bootsteps
from django.conf import settings

from recordings.recorder import memory
from recordings.recorder.recorder import Recorder


def end_worker() -> None:
    """A worker that records nothing is of no use: its supervisor starts another."""
    os.kill(os.getpid(), signal.SIGTERM)


class RecorderStep(bootsteps.StartStopStep):
    """Started before the consumer, so that recording needs no broker; ended at TERM."""

    def __init__(self, parent: Any, *, recorder: bool = False, **options: Any) -> None:
        super().__init__(parent, **options)
        self.enabled = bool(recorder)
        self._recorder: Recorder | None = None

    def start(self, parent: Any) -> None:
        del parent
        memory.settle()
        self._recorder = Recorder(settings.NODE_NAME, end_worker)
        self._recorder.start()

    def stop(self, parent: Any) -> None:
        del parent
        if self._recorder is not None:
            self._recorder.stop()
            self._recorder = None

    terminate = stop
