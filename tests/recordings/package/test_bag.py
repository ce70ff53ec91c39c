from __future__ import annotations

import hashlib
import io
import subprocess
from pathlib import Path

import bagit
import pytest

from recordings.package import bag, passphrase
from recordings.package.bag import PackageFacts, Staging
from recordings.package.disk import MARKER, Disk
from recordings.package.errors import Fault, PackageError
from recordings.package.zips import ZipWriter
from tests.recordings.package.conftest import MADE_AT, Written, write_package
from tests.recordings.package.test_zips import seven


def fault_of(path: Path, *, hashes: bool = True) -> Fault:
    with pytest.raises(PackageError) as caught:
        bag.validate(path, hashes=hashes)
    return caught.value.fault


def test_package_is_a_valid_bag(package: Written) -> None:
    assert bagit.Bag(str(package.path)).validate()
    bag.validate(package.path)


def test_check_list_is_understood_by_seven_zip_and_sha256sum(package: Written) -> None:
    listed = str(package.path / "PERIKSA.sha256")
    assert b"Everything is Ok" in seven("t", "-thash", listed).stdout
    subprocess.run(["sha256sum", "-c", "--quiet", listed], cwd=package.path, check=True)
    package.zip.write_bytes(package.zip.read_bytes()[:-1] + b"\x01")
    assert seven("t", "-thash", listed).returncode != 0


def test_package_hash_is_that_of_the_tag_manifest(package: Written) -> None:
    content = (package.path / "tagmanifest-sha256.txt").read_bytes()
    assert package.facts.sha256 == hashlib.sha256(content).hexdigest()
    assert PackageFacts.from_json(package.facts.to_json()) == package.facts


def test_everything_readable_is_neutral_ascii(package: Written) -> None:
    names = [path.relative_to(package.path).as_posix() for path in package.path.rglob("*")]
    assert all(name.isascii() and " " not in name for name in names)
    for name in package.facts.tags:
        (package.path / name).read_text("ascii")
    assert b"\r\n" in (package.path / "BACA-SAYA.txt").read_bytes()


def test_receiver_may_read_files_written_by_the_portal(package: Written) -> None:
    assert package.path.stat().st_mode & 0o777 == 0o755
    assert package.zip.stat().st_mode & 0o777 == 0o644


def test_changed_byte_is_found(package: Written) -> None:
    content = bytearray(package.zip.read_bytes())
    content[len(content) // 2] ^= 1
    package.zip.write_bytes(content)
    assert fault_of(package.path) is Fault.MISMATCH


@pytest.mark.parametrize("name", ["tambahan.txt", "data/lain.zip", "lain/a"])
def test_unlisted_file_is_found(package: Written, name: str) -> None:
    path = package.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert fault_of(package.path, hashes=False) in {Fault.PLANTED, Fault.MISMATCH}


def test_signature_folder_has_its_place(package: Written) -> None:
    (package.path / "tanda-tangan").mkdir()
    (package.path / "tanda-tangan" / "tagmanifest-sha256.txt.sig").write_text("x")
    bag.validate(package.path)


def test_further_tag_files_are_covered_by_the_manifests(disk: Disk) -> None:
    with Staging(disk.root, "8") as staging:
        with ZipWriter(staging.data, passphrase.make()) as zips:
            zips.add("a.mp4", io.BytesIO(b"x"))
        facts = bag.write(staging, zips.facts, MADE_AT, extra={"PERIKSA.cmd": b"@echo off\r\n"})
        staging.publish()
    path = disk.path / facts.name
    bag.validate(path)
    assert "PERIKSA.cmd" in (path / "PERIKSA.sha256").read_text()


def test_second_package_of_a_number_is_refused(package: Written) -> None:
    with pytest.raises(PackageError) as caught:
        write_package(package.disk)
    assert caught.value.fault is Fault.NAME_TAKEN


@pytest.mark.parametrize("number", ["", "../x", "7/CCTV", "a", "-A", "A-", "A" * 61, "7 X"])
def test_unsafe_number_is_refused(disk: Disk, number: str) -> None:
    with pytest.raises(PackageError) as caught:
        Staging(disk.root, number)
    assert caught.value.fault is Fault.BAD_NAME


def test_planted_link_in_place_of_the_working_folder_is_refused(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (disk.path / ".EKSPOR-7.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackageError) as caught:
        Staging(disk.root, "7")
    assert caught.value.fault is Fault.PLANTED
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["REK-0001.zip.part", "REK-0001.zip", "asing"])
def test_planted_link_among_the_files_is_refused(disk: Disk, tmp_path: Path, name: str) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    with Staging(disk.root, "7") as staging:
        (disk.path / ".EKSPOR-7.part" / "data" / name).symlink_to(victim)
        with pytest.raises(PackageError) as caught:
            ZipWriter(staging.data, passphrase.make())
    assert caught.value.fault is Fault.PLANTED
    assert victim.read_text() == "precious"


def test_cancelled_export_is_swept_off_the_disk(disk: Disk) -> None:
    with Staging(disk.root, "7") as staging:
        with ZipWriter(staging.data, passphrase.make()) as zips:
            zips.add("a.mp4", io.BytesIO(b"x"))
        bag.write(staging, zips.facts, MADE_AT)
    bag.wipe(disk.root, "7")
    assert [path.name for path in disk.path.iterdir()] == [".portal-medium.json"]


def test_files_left_by_an_earlier_try_do_not_enter_the_package(disk: Disk) -> None:
    with Staging(disk.root, "7") as staging:
        staging.root.put("LAMA.txt", b"x")
        with ZipWriter(staging.data, passphrase.make()) as zips:
            zips.add("a.mp4", io.BytesIO(b"x"))
        bag.write(staging, zips.facts, MADE_AT)
        staging.publish()
    bag.validate(disk.path / staging.name)


def test_wipe_removes_the_published_package_and_leaves_the_disk_usable(
    disk: Disk, package: Written
) -> None:
    bag.wipe(disk.root, "007-CCTV-XI-2026", published=package.facts.sha256)
    assert [path.name for path in disk.path.iterdir()] == [MARKER]
    bag.wipe(disk.root, "007-CCTV-XI-2026", published=package.facts.sha256)
    assert write_package(disk).path.is_dir()


def test_wipe_removes_the_unfinished_folder_and_no_finished_package(
    disk: Disk, package: Written
) -> None:
    with Staging(disk.root, "008-CCTV-XI-2026") as staging:
        staging.data.put("REK-0001.zip", b"half")
        (disk.path / ".EKSPOR-008-CCTV-XI-2026.part" / "data" / "REK-0002.zip.part").touch()
    bag.wipe(disk.root, "008-CCTV-XI-2026")
    bag.wipe(disk.root, "007-CCTV-XI-2026")
    assert {path.name for path in disk.path.iterdir()} == {MARKER, package.path.name}


def test_wipe_refuses_another_package_of_that_name_and_foreign_things(
    disk: Disk, package: Written, tmp_path: Path
) -> None:
    with pytest.raises(PackageError) as caught:
        bag.wipe(disk.root, "007-CCTV-XI-2026", published="0" * 64)
    assert caught.value.fault is Fault.PLANTED
    (tmp_path / "elsewhere").write_text("stays")
    (package.path / "data" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PackageError):
        bag.wipe(disk.root, "007-CCTV-XI-2026", published=package.facts.sha256)
    assert (tmp_path / "elsewhere").read_text() == "stays"


def test_try_that_was_overtaken_reaches_nothing_of_the_next(disk: Disk) -> None:
    secret = passphrase.make()
    late = Staging(disk.root, "7")
    with ZipWriter(late.data, secret) as zips:
        zips.add("KAMERA-1-1.mp4", io.BytesIO(b"film"))
    (disk.path / ".EKSPOR-7.part" / "data" / "REK-0002.zip.part").touch()
    with Staging(disk.root, "7") as staging, ZipWriter(staging.data, secret, done=zips.facts):
        assert staging.data.names() == ["REK-0001.zip"]
        bag.write(staging, zips.facts, MADE_AT)
        staging.publish()
    with late:
        late.data.keep_only(set())
        with pytest.raises(PackageError):
            late.root.put("bagit.txt", b"")
        with pytest.raises(PackageError):
            late.publish()
    bag.validate(disk.path / "EKSPOR-7")
    assert [path.name for path in disk.path.glob(".EKSPOR*")] == []


def test_try_killed_while_it_took_over_from_an_earlier_one_is_found_again(disk: Disk) -> None:
    with Staging(disk.root, "7") as staging, ZipWriter(staging.data, passphrase.make()) as zips:
        zips.add("KAMERA-1-1.mp4", io.BytesIO(b"film"))
    (disk.path / ".EKSPOR-7.part").rename(disk.path / ".EKSPOR-7.lama.part")
    with Staging(disk.root, "7") as staging:
        assert staging.data.names() == ["REK-0001.zip"]
    bag.wipe(disk.root, "7")
    assert [path.name for path in disk.path.glob(".EKSPOR*")] == []
