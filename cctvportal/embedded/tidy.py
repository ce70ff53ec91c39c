"""`make clean` removes what can be made again; `make forget` also all that was recorded."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

from cctvportal.embedded import addresses, reach
from cctvportal.embedded.bootstrap import ROOT
from cctvportal.embedded.refusal import CannotStart

_MADE = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis")
_MADE_DATA = ("static", "static.stamp", "test-template", "log")


def _data_dir() -> Path:
    return Path(os.environ.get("PORTAL_DATA_DIR", ROOT / "var"))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def clean() -> int:
    for path in [ROOT / name for name in _MADE] + [_data_dir() / name for name in _MADE_DATA]:
        _remove(path)
    for cache in [*ROOT.glob("*/**/__pycache__"), ROOT / "__pycache__"]:
        shutil.rmtree(cache, ignore_errors=True)
    return 0


def forget() -> int:
    """Only while the portal does not run."""
    data_dir = _data_dir()
    if not data_dir.exists():
        return 0
    with (data_dir / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                "Portal masih berjalan: hentikan dulu.", "The portal still runs: stop it first."
            ) from None
        reach.forget(data_dir, "postgres")
        shutil.rmtree(addresses.socket_dir(data_dir), ignore_errors=True)
        shutil.rmtree(data_dir)
    return 0
