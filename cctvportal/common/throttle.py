"""Slows down guessing, without locking anybody out: the wait grows with each failure."""

from __future__ import annotations

import hashlib
import time

from django.core.cache import cache
from django.utils.translation import gettext as _

from cctvportal.common.errors import TooMany

_FREE_TRIES = 5
_LONGEST_WAIT = 60
_FORGET_AFTER = 900


def _key(scope: str, who: str) -> str:
    return f"throttle:{scope}:{hashlib.sha256(who.encode()).hexdigest()}"


def check(scope: str, who: str, *, free: int = _FREE_TRIES, longest: int = _LONGEST_WAIT) -> None:
    """Raises TooMany while the wait after the last failure of `who` in `scope` lasts.

    The first `free` failures cost nothing, then 1, 2, 4 ... up to `longest` seconds each. The
    counts live in the shared cache, so all web processes count together (traps.md, allauth).
    """
    key = _key(scope, who)
    failures = cache.get(f"{key}:count", 0)
    if failures < free:
        return
    last = cache.get(f"{key}:last", 0.0)
    wait = min(2 ** (failures - free), longest) - (time.time() - last)
    if wait > 0:
        seconds = int(wait) + 1
        raise TooMany(
            _("Terlalu banyak percobaan yang salah. Tunggu %(seconds)d detik, lalu coba lagi.")
            % {"seconds": seconds},
            wait_seconds=seconds,
        )


def failed(scope: str, who: str) -> None:
    """Counts one more failure of `who`; forgotten after a quarter of an hour without any."""
    key = _key(scope, who)
    count = f"{key}:count"
    cache.set(f"{key}:last", time.time(), _FORGET_AFTER)
    # The cache itself adds, so guesses sent side by side count one by one.
    cache.add(count, 0, _FORGET_AFTER)
    try:
        cache.incr(count)
    except ValueError:  # forgotten in this very moment
        cache.set(count, 1, _FORGET_AFTER)
    cache.touch(count, _FORGET_AFTER)


def succeeded(scope: str, who: str) -> None:
    key = _key(scope, who)
    cache.delete_many([f"{key}:count", f"{key}:last"])
