"""Build the template database once, and keep its files for as long as no migration changes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from psycopg2 import sql

from cctvportal.embedded import addresses
from cctvportal.embedded.postgres import Postgres, create_roles
from cctvportal.embedded.refusal import CannotStart
from tests import databases

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "var" / "test-template"
_KEPT = 3
_APPS = ("cctvportal", "devices", "recordings", "requests_app")
_ALSO = (
    "cctvportal/settings.py",
    "cctvportal/embedded/postgres.py",
    "cctvportal/embedded/roles.sql",
    "requirements-dev.lock",
    "tests/template.py",
)


def fingerprint() -> str:
    """Of all that decides what `migrate` leaves in the database."""
    found = [path for app in _APPS for path in (ROOT / app).glob("**/migrations/*.py")]
    found += [ROOT / name for name in _ALSO]
    digest = hashlib.sha256(str(os.getuid()).encode())
    for path in sorted(found):
        if path.exists():
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build() -> None:
    """Roles and tables in the template, as the owner, in a process of its own."""
    admin = os.environ[databases.ADMIN_URL]
    create_roles(admin, databases.admin_url(databases.TEMPLATE))
    password = sql.Literal(databases.PASSWORD)
    databases.run(
        *(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), password)
            for role in addresses.ROLES.values()
        )
    )
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": databases.role_url("owner", databases.TEMPLATE)},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotStart("Migrasi gagal.", f"migrate failed:\n{done.stderr[-4000:]}")


def start(server: Postgres, log: Path) -> None:
    """The server with a template in it: from the kept files, else built and then kept."""
    before = fingerprint()
    kept = CACHE / before
    if kept.is_dir():
        copy(kept, server.cluster)
        os.utime(kept)
    server.prepare()
    server.start(log)
    if kept.is_dir():
        return
    build()
    # Somebody may be writing a migration while we build: then the files fit no fingerprint.
    if fingerprint() == before:
        server.stop()
        keep(server.cluster, kept)
        server.start(log)


def keep(cluster: Path, kept: Path) -> None:
    CACHE.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=CACHE))
    copy(cluster, scratch / "cluster")
    with contextlib.suppress(OSError):  # another run was first
        (scratch / "cluster").rename(kept)
    shutil.rmtree(scratch, ignore_errors=True)
    newest = sorted(CACHE.glob("[!.]*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in newest[_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def copy(source: Path, target: Path) -> None:
    """cp and not shutil: it keeps the owner, and shares blocks where the disk can."""
    subprocess.run(["cp", "-a", "--reflink=auto", "--", source, target], check=True)
