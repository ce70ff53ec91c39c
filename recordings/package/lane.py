"""One more core: work on blocks of bytes, in order, in a thread of its own."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Callable
from typing import Final

_BACKLOG: Final = 8


class Lane:
    """Hands every block to `work` in a thread; what `work` raises comes out of put or finish.

    Worth it for work that leaves the interpreter lock alone: hashing, writing. At most eight
    blocks wait.
    """

    def __init__(self, work: Callable[[bytes], object]) -> None:
        self._work = work
        self._blocks: queue.Queue[bytes | None] = queue.Queue(_BACKLOG)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, block: bytes) -> None:
        if self._failure:
            raise self._failure
        self._blocks.put(block)

    def finish(self) -> None:
        """Wait until every block is done. May be called again."""
        if self._thread.is_alive():
            self._blocks.put(None)
            self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self) -> None:
        while (block := self._blocks.get()) is not None:
            if self._failure is None:
                try:
                    self._work(block)
                except BaseException as error:  # noqa: BLE001 # carried to the caller's thread
                    self._failure = error


class HashLane(Lane):
    """SHA-256 in a lane."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        super().__init__(self._sha.update)

    def hexdigest(self) -> str:
        self.finish()
        return self._sha.hexdigest()
