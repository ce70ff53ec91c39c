"""An asyncio loop in a thread of its own, so that a test can hold a camera by the hand."""

from __future__ import annotations

import asyncio
import logging
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

START_TIMEOUT = 5.0
log = logging.getLogger(__name__)


class LoopThread:
    """Starts with a coroutine that binds sockets and spawns tasks; stop() ends all of them."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, serve: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `serve` to its end inside the loop; what it raises is raised here."""
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(serve(), self._loop).result(START_TIMEOUT)
        except BaseException:
            self.stop()
            raise

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background; call it from inside the loop only."""
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def call(self, function: Callable[[], None]) -> None:
        """Run a function inside the loop, soon."""
        self._loop.call_soon_threadsafe(function)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result(START_TIMEOUT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_TIMEOUT)
        self._loop.close()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("Kamera berhenti merekam gambar.", exc_info=error)


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
