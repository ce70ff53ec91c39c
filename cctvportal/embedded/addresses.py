"""Where the embedded servers listen, told from the data folder alone. Pure: touches nothing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

Role = Literal["owner", "application"]

DATABASE = "portal"
SUPERUSER = "postgres"
ROLES: dict[Role, str] = {"owner": "portal_owner", "application": "portal_app"}


def socket_dir(data_dir: Path) -> Path:
    """The folder of all sockets of one data folder.

    In /tmp and short, because the path of a unix socket ends near 107 bytes while a data folder
    may lie anywhere. In lower case, because urllib lowers the host part of an address.
    """
    digest = hashlib.sha256(os.path.realpath(data_dir).encode()).hexdigest()[:12]
    return Path(f"/tmp/cctv-{os.getuid()}-{digest}")  # noqa: S108 - the launcher refuses a folder of others


def postgres_socket_dir(data_dir: Path) -> Path:
    """Mode 0700, because PostgreSQL trusts whoever reaches it."""
    return socket_dir(data_dir) / "pg"


def valkey_socket(data_dir: Path) -> Path:
    return socket_dir(data_dir) / "vk" / "valkey.sock"


def supervisor_socket(data_dir: Path) -> Path:
    return socket_dir(data_dir) / "supervisor.sock"


def database_url(data_dir: Path, role: Role, *, name: str = DATABASE) -> str:
    """An address that libpq, psycopg2 and django-environ read alike."""
    return server_url(data_dir, user=ROLES[role], name=name)


def superuser_url(data_dir: Path, *, name: str = "postgres") -> str:
    """For the launcher and the tests' template database; the portal itself never uses it."""
    return server_url(data_dir, user=SUPERUSER, name=name)


def server_url(data_dir: Path, *, user: str, name: str) -> str:
    return f"postgresql://{user}@/{name}?host={postgres_socket_dir(data_dir)}"


def redis_url(data_dir: Path) -> str:
    return f"unix://{valkey_socket(data_dir)}"
