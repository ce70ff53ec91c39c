"""Refuses to remove anything by a database older than what was done by it (docs/operate.md).

A database from its backup knows nothing of the holds placed since, and its revoked permits live
again. Outside it two things tell: `database.json` of the data folder names an entry of the access
book that was there, and the newest tombstone names its run. Where either is missing in the
database, a person has to enter what is missing before anything goes or is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cctvportal.audit.models import Entry
from recordings.models import PurgeRun
from recordings.services import marks, tombstones

_FILE: Final = "database.json"
_SENTENCE: Final = (
    "Basis data lebih lama daripada catatan di luarnya. Masukkan dahulu penahanan dan pencabutan "
    "izin yang terjadi sesudah cadangannya."
)


class DatabaseOld(Exception):  # noqa: N818 - named for what happened
    """The database came from a backup; a person has to look before anything goes by it."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """An entry that the database has; `run`: of the newest tombstone when a person looked last."""

    entry: str = ""
    run: str = ""


def check() -> None:
    """Raises DatabaseOld until `trust`; else notes the newest entry. Called under the gate's lock.

    An entry by its name, not its number: a restored database soon writes that number again.
    """
    if sentence := doubt():
        raise DatabaseOld(sentence)
    try:
        marks.write(_FILE, _Mark(_newest_entry(), _read().run))
    except OSError as error:
        raise DatabaseOld(f"Keadaan basis data tidak dapat dicatat ({error.strerror}).") from error


def doubt() -> str:
    """A sentence while the database is older than the data folder, else empty. Writes nothing."""
    try:
        mark, run = _read(), tombstones.newest_run()
    except (OSError, marks.Damaged):
        return "Catatan di luar basis data rusak."
    if mark.entry and not Entry.objects.filter(pk=mark.entry).exists():
        return _SENTENCE
    if run and run != mark.run and not PurgeRun.objects.filter(pk=run).exists():
        return _SENTENCE
    return ""


def trust() -> None:
    """A person has entered what was missing: from now on this database counts. Raises OSError."""
    marks.write(_FILE, _Mark(_newest_entry(), tombstones.newest_run()))


def _newest_entry() -> str:
    newest = Entry.objects.order_by("-serial").values_list("pk", flat=True).first()
    return str(newest) if newest else ""


def _read() -> _Mark:
    return marks.read(_FILE, _Mark) or _Mark()
