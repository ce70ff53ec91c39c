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
    failures, last = cache.get(_key(scope, who), (0, 0.0))
    if failures < free:
        return
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
    failures, _last = cache.get(key, (0, 0.0))
    cache.set(key, (failures + 1, time.time()), _FORGET_AFTER)


def succeeded(scope: str, who: str) -> None:
    cache.delete(_key(scope, who))
