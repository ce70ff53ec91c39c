from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.demo.browser import PageError

T = TypeVar("T")


def until(look: Callable[[], T | None], *, what: str, seconds: float, every: float = 1.0) -> T:
    """What `look` finds, as soon as it finds something. Raises PageError after `seconds`."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise PageError(f"Setelah {seconds:.0f} detik masih menunggu: {what}")
        time.sleep(every)
    return found
