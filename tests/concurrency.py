"""Functions that run at the same moment, each on a database connection of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def in_threads(*functions: Callable[[], T], patience: float = 30.0) -> list[T | Exception]:
    """What each function returned or raised, in their order. Use with the fixture `race_db`.

    All wait at a barrier first, so that they meet. `patience` in seconds bounds a deadlock:
    then TimeoutError is raised here.
    """
    barrier = threading.Barrier(len(functions))

    def one(function: Callable[[], T]) -> T | Exception:
        try:
            barrier.wait(patience)
            return function()
        except Exception as error:  # noqa: BLE001 - the loser's refusal is a result
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        running = [pool.submit(one, function) for function in functions]
        return [future.result(patience) for future in running]
