from __future__ import annotations

import io
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.package import passphrase
from recordings.package.bag import Staging
from recordings.package.disk import Disk, DiskKind, filesystem_of, mark
from recordings.package.errors import Fault, PackageError
from recordings.package.zips import ZipWriter
from tests.recordings.package.conftest import MEDIUM, write_package

MOUNTINFO = """\
29 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
41 29 8:17 / /media/disk\\0401 rw,nosuid shared:9 - vfat /dev/sdb1 rw
42 29 8:33 / /media/b rw - exfat /dev/sdc1 rw
"""


def fault_of(path: Path, kind: DiskKind, medium: uuid.UUID = MEDIUM) -> Fault:
    with pytest.raises(PackageError) as caught:
        Disk.open(path, medium, kind)
    return caught.value.fault


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "mounted"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("perlu root dan izin mount untuk memasang disk kecil")
    mark(path, MEDIUM)
    yield path
    subprocess.run(["umount", "-l", str(path)], capture_output=True, check=False)


def test_unmarked_folder_is_refused(tmp_path: Path) -> None:
    assert fault_of(tmp_path, DiskKind.FOLDER) is Fault.MARKER_MISSING
    (tmp_path / ".portal-medium.json").write_text("[1]")
    assert fault_of(tmp_path, DiskKind.FOLDER) is Fault.MARKER_MISSING


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    assert fault_of(tmp_path / "no", DiskKind.USB) is Fault.DISK_GONE


def test_other_disk_is_refused(disk: Disk) -> None:
    assert fault_of(disk.path, DiskKind.FOLDER, uuid.uuid4()) is Fault.OTHER_DISK


def test_marked_disk_is_not_marked_again(disk: Disk) -> None:
    with pytest.raises(PackageError) as caught:
        mark(disk.path, uuid.uuid4())
    assert caught.value.fault is Fault.NAME_TAKEN


def test_usb_disk_on_a_system_disk_is_refused(disk: Disk) -> None:
    with pytest.raises(PackageError) as caught:
        Disk.open(disk.path, MEDIUM, DiskKind.USB, system=[disk.path.parent])
    assert caught.value.fault is Fault.SYSTEM_DISK


def test_usb_disk_of_its_own_is_taken(mounted: Path) -> None:
    with Disk.open(mounted, MEDIUM, DiskKind.USB) as disk:
        assert disk.filesystem == "tmpfs"
        assert disk.part_limit is None


def test_folder_put_in_place_of_the_disk_is_noticed(disk: Disk) -> None:
    disk.path.rename(disk.path.with_name("gone"))
    disk.path.mkdir()
    mark(disk.path, MEDIUM)
    with pytest.raises(PackageError) as caught:
        disk.check()
    assert caught.value.fault is Fault.DISK_GONE


def test_link_as_marker_is_refused(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes((disk.path / ".portal-medium.json").read_bytes())
    (disk.path / ".portal-medium.json").unlink()
    (disk.path / ".portal-medium.json").symlink_to(tmp_path / "copy")
    with pytest.raises(PackageError) as caught:
        disk.check()
    assert caught.value.fault is Fault.PLANTED


def test_disk_unmounted_underneath_is_noticed(mounted: Path) -> None:
    with Disk.open(mounted, MEDIUM, DiskKind.FOLDER) as disk:
        write_package(disk)
        subprocess.run(["umount", "-l", str(mounted)], check=True)
        disk.root.put("works-still", b"x")
        with pytest.raises(PackageError) as caught:
            disk.check()
    assert caught.value.fault is Fault.DISK_GONE
    assert list(mounted.iterdir()) == []


def test_full_disk_is_told_and_leaves_no_half_zip(mounted: Path) -> None:
    with Disk.open(mounted, MEDIUM, DiskKind.FOLDER) as disk, Staging(disk.root, "7") as staging:
        with pytest.raises(PackageError) as caught:
            disk.require(20 << 20)
        assert caught.value.fault is Fault.DISK_FULL
        with pytest.raises(PackageError) as caught, ZipWriter(staging.data, passphrase.make()) as z:
            z.add("a.mp4", io.BytesIO(bytes(40 << 20)))
        assert caught.value.fault is Fault.DISK_FULL
        assert "penuh" in str(caught.value)
        assert staging.data.names() == []
        assert disk.free > 20 << 20


def test_read_only_disk_is_told(mounted: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    with Disk.open(mounted, MEDIUM, DiskKind.FOLDER) as disk:
        with pytest.raises(PackageError) as caught:
            Staging(disk.root, "7")
        assert caught.value.fault is Fault.READ_ONLY


def test_fat_is_recognised_by_device_number() -> None:
    assert filesystem_of(os.makedev(8, 17), MOUNTINFO) == "vfat"
    assert filesystem_of(os.makedev(8, 33), MOUNTINFO) == "exfat"
    assert filesystem_of(os.makedev(9, 9), MOUNTINFO) == ""
