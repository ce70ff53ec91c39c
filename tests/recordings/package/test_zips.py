from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess

import pytest

from recordings.package import passphrase
from recordings.package.disk import FAT_PART_LIMIT, Disk
from recordings.package.durable import Folder
from recordings.package.errors import Fault, PackageError
from recordings.package.zips import ZipFacts, ZipWriter
from tests.recordings.package.conftest import NOTES, VIDEO, Written

SECRET = passphrase.make()
SEVEN = shutil.which("7zz") or shutil.which("7z") or ""


@pytest.fixture
def folder(disk: Disk) -> Folder:
    return disk.root.folder("data", create=True)


def seven(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    if not SEVEN:
        pytest.skip("7-Zip tidak terpasang: pasang paket 7zip")
    return subprocess.run([SEVEN, *arguments], capture_output=True, check=False)


def test_seven_zip_opens_with_the_passphrase(package: Written) -> None:
    opened = seven("x", "-so", f"-p{package.passphrase}", str(package.zip), "KAMERA-1.mp4")
    assert opened.returncode == 0
    assert opened.stdout == VIDEO
    tested = seven("t", f"-p{package.passphrase}", str(package.zip))
    assert b"Everything is Ok" in tested.stdout
    listed = seven("l", "-slt", str(package.zip)).stdout
    assert listed.count(b"Method = AES-256 Store") == 2 + listed.count(b"Path = kosong.txt")


@pytest.mark.parametrize("wrong", ["0000-0000-0000-0000-0000", ""])
def test_seven_zip_refuses_another_passphrase(package: Written, wrong: str) -> None:
    assert seven("t", f"-p{wrong}", str(package.zip)).returncode != 0


def test_facts_are_hashes_of_what_lies_there_and_of_what_went_in(package: Written) -> None:
    (facts,) = package.facts.zips
    on_disk = package.zip.read_bytes()
    assert (facts.bytes, facts.sha256) == (len(on_disk), hashlib.sha256(on_disk).hexdigest())
    inner = {member.name: member.sha256 for member in facts.members}
    assert inner["KAMERA-1.mp4"] == hashlib.sha256(VIDEO).hexdigest()
    assert inner["keterangan.json"] == hashlib.sha256(NOTES).hexdigest()
    assert ZipFacts.from_json(facts.to_json()) == facts


def test_cleartext_never_reaches_the_disk(package: Written) -> None:
    written = [path for path in package.disk.path.rglob("*") if path.is_file()]
    assert package.zip in written
    assert not [path for path in written if b"cleartext-canary" in path.read_bytes()]


def test_new_zip_begins_where_the_limit_would_be_passed(folder: Folder) -> None:
    limit = 100_000
    with ZipWriter(folder, SECRET, limit=limit) as zips:
        for number in range(5):
            zips.add(f"k-{number}.mp4", io.BytesIO(bytes(30_000)))
    assert [len(one.members) for one in zips.facts] == [3, 2]
    assert folder.names() == ["REK-0001.zip", "REK-0002.zip"]
    assert max(one.bytes for one in zips.facts) <= limit


@pytest.mark.parametrize("over", [False, True])
def test_limit_is_exact_enough_for_one_large_member(folder: Folder, *, over: bool) -> None:
    limit = 100_000
    size = limit - 200 - 98 if not over else limit - 200
    with ZipWriter(folder, SECRET, limit=limit) as zips:
        if over:
            with pytest.raises(PackageError) as caught:
                zips.add("k.mp4", io.BytesIO(bytes(size)))
            assert caught.value.fault is Fault.TOO_LARGE
        else:
            zips.add("k.mp4", io.BytesIO(bytes(size)))
    assert all(one.bytes <= limit for one in zips.facts)


def test_fat_limit_leaves_room_below_four_gib() -> None:
    assert 3.8 * 2**30 < FAT_PART_LIMIT <= 3.9 * 2**30


@pytest.mark.parametrize("name", ["", "../a", "a/b", "Budi Rahmat.mp4", ".a", "kamera\u00e9", "-a"])
def test_names_that_may_tell_or_harm_are_refused(folder: Folder, name: str) -> None:
    with ZipWriter(folder, SECRET) as zips:
        with pytest.raises(PackageError) as caught:
            zips.add(name, io.BytesIO())
        assert caught.value.fault is Fault.BAD_NAME


def test_weak_passphrase_is_refused(folder: Folder) -> None:
    with pytest.raises(PackageError) as caught:
        ZipWriter(folder, "rahasia")
    assert caught.value.fault is Fault.BAD_PASSPHRASE


def test_cancelled_zip_leaves_nothing_and_what_was_finished_is_not_done_again(
    folder: Folder,
) -> None:
    class Unplugged(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise KeyboardInterrupt

    writer = ZipWriter(folder, SECRET, limit=80_000)
    with pytest.raises(KeyboardInterrupt):
        fill(writer, Unplugged(bytes(60_000)))
    assert folder.names() == ["REK-0001.zip"]
    first = writer.facts
    with ZipWriter(folder, SECRET, limit=80_000, done=first) as again:
        known = again.add("a.mp4", io.BytesIO(b"is not read"))
        again.add("b.mp4", io.BytesIO(bytes(60_000)))
    assert known == first[0].members[0]
    assert again.facts[0] == first[0]
    assert folder.names() == ["REK-0001.zip", "REK-0002.zip"]


def fill(writer: ZipWriter, second: io.BytesIO) -> None:
    with writer as zips:
        zips.add("a.mp4", io.BytesIO(bytes(60_000)))
        zips.add("b.mp4", second)


def test_killed_writer_leaves_a_part_that_the_next_try_removes(folder: Folder) -> None:
    fd = folder.create("REK-0001.zip")
    folder.put("REK-0002.zip", b"older, unknown")
    assert folder.names() == ["REK-0001.zip.part", "REK-0002.zip"]
    with ZipWriter(folder, SECRET) as zips:
        zips.add("a.mp4", io.BytesIO(b"x"))
    os.close(fd)
    assert folder.names() == ["REK-0001.zip"]


def test_stream_that_is_longer_than_it_said_is_not_packed(folder: Folder) -> None:
    class Growing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return super().seek(offset, whence) - (1 if whence == io.SEEK_END else 0)

    with pytest.raises(PackageError) as caught, ZipWriter(folder, SECRET) as zips:
        zips.add("a.mp4", Growing(b"abc"))
    assert caught.value.fault is Fault.MISMATCH
    assert folder.names() == []
