"""A marked disk in a temporary folder, and a small package on it."""

from __future__ import annotations

import datetime as dt
import io
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from recordings.package import bag, passphrase
from recordings.package.bag import PackageFacts, Staging
from recordings.package.disk import Disk, DiskKind, mark
from recordings.package.zips import ZipWriter

MEDIUM = uuid.UUID("018f0000-0000-7000-8000-00000000c0de")
MADE_AT = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
VIDEO = b"cleartext-canary " + os.urandom(3 << 20)
NOTES = b'{"catatan": "cleartext-canary"}'


@dataclass(frozen=True, slots=True)
class Written:
    path: Path
    disk: Disk
    facts: PackageFacts
    passphrase: str

    @property
    def zip(self) -> Path:
        return self.path / "data" / "REK-0001.zip"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mark(folder, MEDIUM)
    with Disk.open(folder, MEDIUM, DiskKind.FOLDER) as opened:
        yield opened


def write_package(disk: Disk, number: str = "007-CCTV-XI-2026") -> Written:
    secret = passphrase.make()
    with Staging(disk.root, number) as staging:
        with ZipWriter(staging.data, secret) as zips:
            zips.add("KAMERA-1.mp4", io.BytesIO(VIDEO))
            zips.add("keterangan.json", io.BytesIO(NOTES))
            zips.add("kosong.txt", io.BytesIO())
        facts = bag.write(staging, zips.facts, MADE_AT)
        disk.check()
        staging.publish()
    return Written(disk.path / facts.name, disk, facts, secret)


@pytest.fixture
def package(disk: Disk) -> Written:
    return write_package(disk)
