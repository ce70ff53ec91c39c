"""The register of external disks (book 3), and opening one for writing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.errors import Refused
from recordings.models import Medium
from recordings.package import disk
from recordings.package.disk import Disk, DiskKind
from recordings.package.errors import Fault, PackageError

_NOT_THERE: Final = {Fault.DISK_GONE, Fault.MARKER_MISSING, Fault.SYSTEM_DISK}
_PLACES: Final = ("/media/", "/mnt/", "/run/media/")
# A space in a mount point is written \040.
_PLAIN: Final = re.compile(r"\\([0-7]{3})")


@service("recordings.add_medium")
def register(medium: Medium, *, by: User) -> Medium:
    """Writes the marker onto the attached disk and the row into book 3.

    Raises Refused when the disk is not there, has another register's marker, or cannot be written.
    """
    if not Path(medium.path).is_dir():
        raise Refused(
            _("Folder ini tidak ada. Periksa tulisannya, misalnya /media/hdd-03."), "path"
        )
    medium.registered_by = by
    try:
        with transaction.atomic():
            medium.full_clean()
            medium.save(force_insert=True)
            record(
                "medium.registered",
                by=by,
                subject=medium,
                facts={"kind": medium.kind, "label": medium.label, "serial": medium.serial},
            )
            disk.mark(Path(medium.path), medium.pk)
            with opened(medium):
                pass
    except PackageError as error:
        raise Refused(str(error), "path") from error
    return medium


@service("recordings.change_medium")
def change(medium: Medium, *, by: User) -> Medium:
    """Saves a changed mount point, owner or sticker, or that the disk is no longer used."""
    with transaction.atomic():
        before = Medium.objects.select_for_update().get(pk=medium.pk)
        if before.kind != medium.kind:
            raise Refused(_("Jenis hard disk tidak dapat diubah."), "kind")
        medium.full_clean()
        medium.save()
        record(
            "medium.changed",
            by=by,
            subject=medium,
            facts={"label": medium.label, "retired": medium.retired_at is not None},
        )
    return medium


def unready(medium: Medium, error: PackageError) -> str:
    """Why an export cannot begin: a disk that cannot be found yet is merely not plugged in.

    Its mount point may be there without it, and lies on the system's disk then.
    """
    if error.fault in _NOT_THERE:
        return _("%s belum terpasang. Pasang, lalu muat ulang.") % medium.label
    return str(error)


def mounted(mounts: str = "") -> list[str]:
    """Where disks are mounted for a person to use, from /proc/mounts (proc(5)) or a text like it.

    Devices that may be written, at the places that desktops and administrators mount onto.
    """
    lines = mounts or Path("/proc/self/mounts").read_text()
    found = [
        _PLAIN.sub(_octal, line.split(" ")[1]) for line in lines.splitlines() if _is_disk(line)
    ]
    return sorted(set(found))


def _is_disk(line: str) -> bool:
    device, place, _kind, options, *_rest = line.split(" ")
    return device.startswith("/dev/") and place.startswith(_PLACES) and "rw" in options.split(",")


def _octal(match: re.Match[str]) -> str:
    return chr(int(match[1], 8))


@contextmanager
def opened(medium: Medium) -> Iterator[Disk]:
    """The disk behind an open directory handle. Raises PackageError, whose text is for the user.

    A USB disk must not lie on the system's or the portal's own disk; a folder may (demo).
    """
    system = (Path("/"), settings.PORTAL_DATA_DIR)
    with Disk.open(Path(medium.path), medium.pk, DiskKind(medium.kind), system=system) as found:
        yield found
