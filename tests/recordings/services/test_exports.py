"""An export as the officer and the receiver meet it: what is on the disk, and what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import bagit
import pytest
import pyzipper

from cctvportal.accounts.access import NotAllowed
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from cctvportal.jobs.models import Job, JobState
from recordings.enums import ExportState, HoldKind
from recordings.models import Export, Hold, Medium, RecordingPlan
from recordings.package.disk import MARKER
from recordings.services import exports
from recordings.services.permits import Permit
from recordings.signals import export_verified
from tests.factories import accounts
from tests.factories.recordings import filmed_segment
from tests.recordings.media.films import film
from tests.recordings.services.exporting import carried_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def told() -> Iterator[list[Export]]:
    heard: list[Export] = []

    def listen(export: Export, **_: object) -> None:
        heard.append(export)

    export_verified.connect(listen)
    yield heard
    export_verified.disconnect(listen)


def test_a_verified_package_opens_with_its_passphrase_and_stock_tools(
    permit: Permit, medium: Medium, officer: User, told: list[Export], tmp_path: Path
) -> None:
    export = carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    assert export.state == ExportState.VERIFIED, export.job and export.job.error
    assert told == [export]
    folder = Path(medium.path) / "EKSPOR-007-CCTV-XI-2026"
    assert bagit.Bag(str(folder)).validate()
    secret = exports.show_passphrase(export, by=officer)
    with pyzipper.AESZipFile(folder / "data" / "REK-0001.zip") as archive:
        archive.setpassword(secret.encode())
        story = json.loads(archive.read("KAMERA-1-keterangan.json"))
    (file,) = story["berkas"]
    assert file["jumlah_gambar"] == 45, "half a second of lead-in back to the keyframe"
    assert file["mendahului_detik"] == pytest.approx(0.5, abs=0.01)
    assert story["terputus"] == []
    seven = shutil.which("7zz") or shutil.which("7z")
    if seven:
        zips = str(folder / "data" / "REK-0001.zip")
        for word, code in ((secret, 0), ("SALAH", 2)):
            done = subprocess.run([seven, "t", f"-p{word}", zips], capture_output=True, check=False)
            assert done.returncode == code


def test_no_clear_video_and_no_name_lies_on_the_disk(
    permit: Permit, medium: Medium, officer: User, data_dir: Path
) -> None:
    carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    name = Export.objects.get().cameras.get().camera.name.encode()
    for path in Path(medium.path).rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            assert b"moov" not in body
            assert name not in body
    assert list((data_dir / "spool").iterdir()) == []


def test_the_passphrase_is_shown_once_and_destroyed_at_the_end(
    permit: Permit, medium: Medium, officer: User
) -> None:
    export = carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    exports.show_passphrase(export, by=officer)
    with pytest.raises(Conflict):
        exports.show_passphrase(export, by=officer)
    assert exports.forget_passphrases(reference=permit.reference, by=officer) == 1
    export.refresh_from_db()
    assert bytes(export.passphrase_sealed) == b""


def test_a_double_click_starts_one_export(permit: Permit, medium: Medium, officer: User) -> None:
    exports.queue(permit=permit, medium=medium, by=officer)
    with pytest.raises(Conflict):
        exports.queue(permit=permit, medium=medium, by=officer)
    assert Job.objects.count() == 1


def test_a_gap_is_shown_before_and_written_down(
    permit: Permit, medium: Medium, officer: User, plan: RecordingPlan
) -> None:
    later = permit.end + timedelta(seconds=20)
    filmed_segment(plan.camera, plan.volume, later, film(seconds=4))
    wide = replace(permit, end=later + timedelta(seconds=2))
    seen = exports.preview(permit=wide, medium=medium, by=officer)
    assert len(seen.coverage[0].missing) == 1
    export = carried_out(exports.queue(permit=wide, medium=medium, by=officer))
    story = export.facts["kamera-1"]
    assert len(story["berkas"]) == 2
    assert len(story["terputus"]) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"valid_until": now() - timedelta(seconds=1)}, "sudah berakhir"),
        ({"end": now() + timedelta(hours=1)}, "belum lewat"),
        (
            {"start": now() - timedelta(days=9), "end": now() - timedelta(days=8)},
            "Tidak ada rekaman",
        ),
    ],
)
def test_what_cannot_be_exported_is_said_before_anything_starts(
    permit: Permit, medium: Medium, officer: User, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        exports.queue(permit=replace(permit, **change), medium=medium, by=officer)
    assert not Export.objects.exists()


def test_a_disk_without_its_marker_is_refused(
    permit: Permit, medium: Medium, officer: User
) -> None:
    (Path(medium.path) / MARKER).unlink()
    with pytest.raises(Refused, match="HDD-01 belum terpasang"):
        exports.queue(permit=permit, medium=medium, by=officer)


def test_a_disk_removed_meanwhile_fails_with_a_sentence_and_may_be_tried_again(
    permit: Permit, medium: Medium, officer: User
) -> None:
    export = exports.queue(permit=permit, medium=medium, by=officer)
    away = Path(medium.path).rename(Path(medium.path).with_name("cabut"))
    export = carried_out(export)
    assert export.job is not None
    assert (export.state, export.job.state) == (ExportState.FAILED, JobState.FAILED)
    assert "Hard disk" in export.job.error
    assert not Hold.objects.filter(kind=HoldKind.EXPORT, released_at=None).exists()
    away.rename(medium.path)
    exports.retry(export, by=officer)
    assert carried_out(export).state == ExportState.VERIFIED


def test_altered_footage_is_never_exported(
    permit: Permit, medium: Medium, officer: User, plan: RecordingPlan
) -> None:
    segment = plan.camera.segments.first()
    assert segment is not None
    path = Path(plan.volume.path) / segment.relative_path
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    export = carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    assert export.state == ExportState.FAILED
    assert export.job is not None
    assert "rusak" in export.job.error


def test_cancelling_removes_what_was_written(permit: Permit, medium: Medium, officer: User) -> None:
    export = exports.queue(permit=permit, medium=medium, by=officer)
    exports.cancel(export, by=officer)
    export = carried_out(export)
    assert export.state == ExportState.CANCELLED
    assert [path.name for path in Path(medium.path).iterdir()] == [MARKER]
    exports.queue(permit=permit, medium=medium, by=officer)


def test_only_the_officer_exports(permit: Permit, medium: Medium) -> None:
    for person in (accounts.applicant(), accounts.approver(), accounts.it_admin()):
        with pytest.raises(NotAllowed):
            exports.queue(permit=permit, medium=medium, by=person)
