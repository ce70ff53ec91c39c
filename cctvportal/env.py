"""Typed readers for the environment. A wrong value stops the start with a sentence."""

from __future__ import annotations

import ipaddress
import os
import secrets
from pathlib import Path

import environ

_env = environ.Env()


def _stop(name: str, reason: str) -> SystemExit:
    return SystemExit(f"Pengaturan {name} tidak dapat dipakai: {reason}")


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def words(name: str, default: str) -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The comma-separated CIDR ranges; empty when unset."""
    try:
        return [ipaddress.ip_network(word) for word in words(name, "")]
    except ValueError as error:
        raise _stop(name, f"{error}; tulis seperti 172.18.0.0/16.") from None


def flag(name: str, *, default: bool) -> bool:
    raw = os.environ.get(name, "1" if default else "0").lower()
    if raw not in {"0", "1", "true", "false"}:
        raise _stop(name, f"isinya {raw!r}, seharusnya 0 atau 1.")
    return raw in {"1", "true"}


def number(name: str, default: float, *, at_least: float = 0) -> float:
    raw = os.environ.get(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        raise _stop(name, f"isinya {raw!r}, seharusnya angka.") from None
    if value < at_least:
        raise _stop(name, f"isinya {raw}, paling kecil {at_least:g}.")
    return value


def days(name: str, default: str) -> list[int]:
    """The comma-separated numbers of days, the largest first; at least one."""
    raw = words(name, default)
    if not raw or not all(word.isdecimal() for word in raw):
        raise _stop(name, f"isinya {','.join(raw)!r}; tulis seperti 14,3.")
    return sorted((int(word) for word in raw), reverse=True)


def folder(name: str, default: Path) -> Path:
    """The folder, made when missing with mode 0700."""
    path = Path(os.environ.get(name, default)).absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _stop(name, f"folder {path} tidak dapat dibuat ({error.strerror}).") from None
    return path


def secret(name: str, directory: Path) -> str:
    """NAME, else the file that NAME_FILE names, else a file of our own made on first use (0600)."""
    if value := os.environ.get(name):
        return value
    if given := os.environ.get(f"{name}_FILE"):
        try:
            return Path(given).read_text().strip()
        except OSError as error:
            raise _stop(f"{name}_FILE", f"berkas tidak terbaca ({error.strerror}).") from None
    path = directory / name.lower()
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as handle:
        handle.write(secrets.token_hex(32))
        handle.flush()
        os.fsync(handle.fileno())
    return path.read_text().strip()


def database(url: str) -> dict[str, object]:
    """Django's dictionary for a postgresql:// address."""
    try:
        config: dict[str, object] = _env.db_url_config(url)
    except (ValueError, KeyError):
        raise _stop("DATABASE_URL", "alamat tidak dikenal.") from None
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise _stop("DATABASE_URL", "hanya PostgreSQL yang didukung.")
    return config
