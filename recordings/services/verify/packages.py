"""I8: a package that is called verified is what its manifest says, and lies on its disk so.

A disk that was handed over is away, which is no fault; its manifest is compared all the same.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import Final

from recordings.enums import ExportState
from recordings.models import Export
from recordings.package import bag
from recordings.package.bag import PackageFacts
from recordings.package.disk import Disk
from recordings.package.durable import Folder
from recordings.package.errors import PackageError
from recordings.package.uncached import sha256_uncached
from recordings.services import disks
from recordings.services.verify.survey import Level, Survey

_CHUNK: Final = 500


def check(survey: Survey) -> None:
    rows = Export.objects.filter(state=ExportState.VERIFIED).select_related("medium")
    for export in rows.order_by("pk").iterator(_CHUNK):
        survey.count("packages")
        facts = _facts(survey, export)
        if facts is not None:
            _on_disk(survey, export, facts)


def _told(survey: Survey, export: Export, sentence: str) -> None:
    survey.violated("I8", f"paket {export.number} {export.pk}", sentence)


def _facts(survey: Survey, export: Export) -> PackageFacts | None:
    """What was written of the package while it was made; None, and told, when it contradicts."""
    try:
        facts = PackageFacts.from_json(export.facts["package"])
        stated = (facts.name, facts.bytes, facts.sha256)
    except (KeyError, TypeError):
        _told(survey, export, "keterangan paket tidak lengkap")
        return None
    if stated != (export.folder, export.bytes, export.manifest_sha256):
        _told(survey, export, "keterangan paket tidak cocok dengan barisnya")
        return None
    return facts


def _on_disk(survey: Survey, export: Export, facts: PackageFacts) -> None:
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(disks.opened(export.medium))
        except PackageError:
            survey.count("packages_away")
            return
        if not disk.root.has(facts.name):
            _missing(survey, export)
            return
        survey.count("packages_on_disk")
        try:
            _compare(survey, export, facts, disk)
            disk.check()
        except PackageError as error:
            _told(survey, export, str(error))
        except OSError as error:
            _told(survey, export, f"tidak terbaca ({error.strerror})")


def _missing(survey: Survey, export: Export) -> None:
    """Once the request is closed, and with it the passphrase destroyed, the disk may be reused."""
    if export.passphrase_sealed:
        _told(survey, export, f"tidak ada di {export.medium.label}")
    else:
        survey.count("packages_taken_off")


def _compare(survey: Survey, export: Export, facts: PackageFacts, disk: Disk) -> None:
    with disk.root.folder(facts.name) as root, root.folder(bag.DATA) as data:
        digest, _way = sha256_uncached(root, bag.TAG_MANIFEST)
        if digest != facts.sha256:
            _told(survey, export, "daftar isinya berubah")
        listed = {one.name for one in facts.zips}
        if set(data.names()) != listed:
            _told(survey, export, "isi folder data bukan yang tercatat")
            return
        for one in facts.zips:
            if survey.level >= Level.SIZE and _size(data, one.name) != one.bytes:
                _told(survey, export, f"panjang {one.name} berubah")
            elif survey.level >= Level.HASH and sha256_uncached(data, one.name)[0] != one.sha256:
                _told(survey, export, f"isi {one.name} berubah")
        if survey.level >= Level.HASH:
            for name, tag in facts.tags.items():
                if sha256_uncached(root, name)[0] != tag:
                    _told(survey, export, f"isi {name} berubah")


def _size(folder: Folder, name: str) -> int:
    return os.stat(name, dir_fd=folder.fd, follow_symlinks=False).st_size
