from __future__ import annotations

import dataclasses
import hashlib
import mmap
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from recordings.package import passphrase, readback
from recordings.package.disk import Disk, DiskKind, mark
from recordings.package.errors import Fault, PackageError
from recordings.package.uncached import WINDOW, UncachedFile, Way, sha256_uncached
from tests.recordings.package.conftest import MEDIUM, VIDEO, Written, write_package
from tests.recordings.package.test_disk import mounted

__all__ = ["mounted"]


def fault_of(package: Written, secret: str = "") -> Fault:
    with pytest.raises(PackageError) as caught:
        readback.check(package.disk, package.facts, secret or package.passphrase)
    return caught.value.fault


def test_good_package_is_read_back_and_its_video_can_be_decoded(package: Written) -> None:
    seen: list[str] = []

    def look(name: str, stream: BinaryIO) -> None:
        seen.append(name)
        assert stream.seek(-100, os.SEEK_END) == len(VIDEO) - 100
        assert stream.read() == VIDEO[-100:]
        for at in (5, WINDOW - 3, 2 * WINDOW + 1, 0):
            stream.seek(at)
            assert stream.read(70_001) == VIDEO[at : at + 70_001]

    beats: list[int] = []
    result = readback.check(
        package.disk, package.facts, package.passphrase, on_video=look, beat=beats.append
    )
    assert seen == ["KAMERA-1.mp4"]
    assert (result.members, result.videos, result.bytes) == (3, 1, package.facts.bytes)
    assert sum(beats) == sum(member.bytes for member in package.facts.zips[0].members)


def test_caller_hears_its_own_error_about_a_video(package: Written) -> None:
    def look(_name: str, _stream: BinaryIO) -> None:
        raise ValueError("no frame")

    with pytest.raises(ValueError, match="no frame"):
        readback.check(package.disk, package.facts, package.passphrase, on_video=look)


def test_every_flipped_byte_is_found(package: Written) -> None:
    good = package.zip.read_bytes()
    step = len(good) // 23
    for at in [*range(0, len(good), step), 1, 30, 70, len(good) - 1, len(good) - 23]:
        bad = bytearray(good)
        bad[at] ^= 0x10
        package.zip.write_bytes(bad)
        assert fault_of(package) in {Fault.MISMATCH, Fault.WRONG_PASSPHRASE}, at


@pytest.fixture
def image(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A disk whose medium is a file: the image, and where it is mounted."""
    medium, path = tmp_path / "image", tmp_path / "on-image"
    path.mkdir()
    medium.write_bytes(bytes(32 << 20))
    made = [["mkfs.ext4", "-q", str(medium)], ["mount", "-o", "loop", str(medium), str(path)]]
    if os.geteuid() != 0 or any(
        subprocess.run(one, capture_output=True, check=False).returncode for one in made
    ):
        pytest.skip("perlu root dan loop device untuk merusak disk di bawah cache")
    mark(path, MEDIUM)
    yield medium, path
    subprocess.run(["umount", str(path)], check=True)


def test_byte_lost_beneath_a_warm_cache_is_found(image: tuple[Path, Path]) -> None:
    medium, path = image
    with Disk.open(path, MEDIUM, DiskKind.FOLDER) as disk:
        package = write_package(disk)
        content = package.zip.read_bytes()
        with medium.open("r+b") as file, mmap.mmap(file.fileno(), 0) as view:
            at = view.find(content[WINDOW : WINDOW + 64])
            assert at > 0
            view[at] ^= 1
        assert package.zip.read_bytes() == content  # what a cached check would have compared
        assert fault_of(package) is Fault.MISMATCH


@pytest.mark.parametrize("change", ["cut", "longer", "gone", "tag", "extra", "link", "folder"])
def test_change_in_the_folder_is_found(package: Written, change: str, tmp_path: Path) -> None:
    content = package.zip.read_bytes()
    if change == "cut":
        package.zip.write_bytes(content[:-5000])
    elif change == "longer":
        package.zip.write_bytes(content + b"x")
    elif change == "gone":
        package.zip.unlink()
    elif change == "tag":
        (package.path / "BACA-SAYA.txt").write_text("lain")
    elif change == "extra":
        (package.path / "data" / "x").write_text("lain")
    elif change == "link":
        package.zip.rename(tmp_path / "moved")
        package.zip.symlink_to(tmp_path / "moved")
    else:
        package.path.rename(tmp_path / "moved")
    expected = {"extra": Fault.PLANTED, "link": Fault.PLANTED, "folder": Fault.DISK_GONE}
    assert fault_of(package) is expected.get(change, Fault.MISMATCH)


def test_other_passphrase_is_told(package: Written) -> None:
    assert fault_of(package, passphrase.make()) is Fault.WRONG_PASSPHRASE


def test_inner_hash_that_differs_from_the_books_is_found(package: Written) -> None:
    (one,) = package.facts.zips
    first = dataclasses.replace(one.members[0], sha256="0" * 64)
    zips = (dataclasses.replace(one, members=(first, *one.members[1:])),)
    facts = dataclasses.replace(package.facts, zips=zips)
    with pytest.raises(PackageError) as caught:
        readback.check(package.disk, facts, package.passphrase)
    assert caught.value.fault is Fault.MISMATCH


@pytest.mark.parametrize("size", [0, 1, 4096, WINDOW, WINDOW + 1, 3 * WINDOW + 4097])
def test_uncached_hash_is_the_hash(disk: Disk, size: int) -> None:
    content = os.urandom(size)
    disk.root.put("file", content)
    digest, way = sha256_uncached(disk.root, "file")
    assert digest == hashlib.sha256(content).hexdigest()
    assert way in set(Way)


def test_hash_is_whole_after_any_order_of_reading(disk: Disk) -> None:
    content = os.urandom(5 * WINDOW + 99)
    disk.root.put("file", content)
    with UncachedFile(disk.root, "file") as file:
        for at, count in [(4 * WINDOW, 10), (0, WINDOW + 5), (99, 7), (2 * WINDOW, 3 * WINDOW)]:
            file.seek(at)
            assert file.read(count) == content[at : at + count]
        assert file.sha256() == hashlib.sha256(content).hexdigest()


def test_way_that_may_be_weaker_is_told(mounted: Path) -> None:
    with Disk.open(mounted, MEDIUM, DiskKind.USB) as disk:
        package = write_package(disk)
        assert readback.check(disk, package.facts, package.passphrase).way in set(Way)


def test_disk_pulled_after_writing_is_told(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    mark(tmp_path / "d", MEDIUM)
    with Disk.open(tmp_path / "d", MEDIUM, DiskKind.FOLDER) as disk:
        package = write_package(disk)
        (tmp_path / "d").rename(tmp_path / "e")
        assert fault_of(package) is Fault.DISK_GONE
