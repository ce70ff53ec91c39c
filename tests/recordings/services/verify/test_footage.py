"""I1 and I2: what the checker says of files, rows and keys, and what it does not say."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import ago
from recordings.media.keystore import SegmentRef
from recordings.models import Segment
from recordings.services import reconcile, sealing, volumes
from recordings.services.reconcile import QUARANTINE
from recordings.services.verify import Level
from tests.factories.recordings import VolumeFactory, stored_segment
from tests.recordings.services.verify.conftest import file_of
from tests.recordings.services.verify.looking import look, told
from tests.recordings.services.written import Written

if TYPE_CHECKING:
    from recordings.models import RecordingPlan

MIN_AGE = reconcile.MIN_AGE


def age(path: Path, seconds: float) -> None:
    os.utime(path, (ago(seconds).timestamp(),) * 2)


@pytest.mark.parametrize("level", Level)
def test_whole_store_is_clean_and_counted(three: list[Segment], level: Level) -> None:
    report = look(level)
    assert told(report) == []
    counted = {"volumes": 1, "rows": 3, "files": 6, "keys": 3}
    assert report.checked | counted == report.checked
    assert report.checked.get("hashes", 0) == (3 if level == Level.HASH else 0)


def test_missing_file_is_told_at_each_level(three: list[Segment]) -> None:
    file_of(three[1]).unlink()
    expected = [("I1", f"potongan {three[1].pk}", "berkasnya tidak ada")]
    assert [told(look(level)) for level in Level] == [expected] * 3


def test_short_file_is_told_from_its_size_on(three: list[Segment]) -> None:
    os.truncate(file_of(three[0]), 5)
    assert told(look(Level.PRESENCE)) == []
    sentence = f"panjangnya 5, seharusnya {three[0].bytes} bita"
    assert told(look(Level.SIZE)) == [("I1", f"potongan {three[0].pk}", sentence)]


def test_changed_byte_is_told_by_the_hash_alone(three: list[Segment]) -> None:
    path = file_of(three[2])
    path.write_bytes(path.read_bytes().swapcase())
    assert told(look(Level.SIZE)) == []
    sentence = "isinya tidak sama dengan saat direkam"
    assert told(look(Level.HASH)) == [("I1", f"potongan {three[2].pk}", sentence)]


def test_link_in_place_of_a_film_is_no_film(three: list[Segment]) -> None:
    path = file_of(three[0])
    path.rename(path.parent.parent / "elsewhere.mp4")
    path.symlink_to(path.parent.parent / "elsewhere.mp4")
    assert {("I1", f"potongan {three[0].pk}", "berkasnya tidak ada")} < set(told(look()))


def test_missing_key_is_told(three: list[Segment]) -> None:
    ref = SegmentRef(three[0].camera.uuid, three[0].key_day, three[0].pk)
    volumes.keystore().destroy([ref])
    assert told(look()) == [("I1", f"potongan {three[0].pk}", "kuncinya tidak ada")]


def test_damaged_key_file_is_told_once_and_not_for_each_segment(
    three: list[Segment], data_dir: Path
) -> None:
    (keys,) = (data_dir / "keystore").glob("*.keys")
    keys.write_bytes(keys.read_bytes()[:-1])
    (only,) = told(look())
    assert only[:2] == ("I1", f"kunci kamera {three[0].camera.name} {three[0].key_day}")


def test_disk_that_is_not_attached_is_told(three: list[Segment]) -> None:
    volume = three[0].volume
    Path(volume.path).rename(f"{volume.path}-away")
    (only,) = told(look())
    assert only[:2] == ("I1", f"media simpan {volume.label}")


def test_volume_of_another_node_is_not_looked_for(three: list[Segment]) -> None:
    VolumeFactory(node="node-2")
    assert look().checked["volumes"] == 1


def test_file_without_a_row_is_told_when_it_is_old(plan: RecordingPlan) -> None:
    written = Written(plan)
    written.sealed()
    Segment.objects.filter(pk=written.row.pk).delete()
    assert told(look(min_age=MIN_AGE)) == []
    folder = Path(plan.volume.path)
    for suffix in (".mp4", ".json"):
        age(folder / (written.base + suffix), 3600)
    found = told(look(min_age=MIN_AGE))
    assert found == [
        ("I2", written.base + suffix, "tidak ada barisnya") for suffix in (".mp4", ".json")
    ]


def test_file_that_waits_for_its_row_is_told_only_when_it_waits_long(plan: RecordingPlan) -> None:
    written = Written(plan)
    facts = written.sealed()
    assert told(look(min_age=MIN_AGE)) == []
    assert [one[0] for one in told(look())] == ["I2", "I2"]
    sealing.adopt(facts, by=SYSTEM)
    assert told(look()) == []


def test_part_at_work_is_explained_by_its_lock(plan: RecordingPlan) -> None:
    written = Written(plan)
    report = look()
    assert told(report) == []
    assert report.checked["parts"] == 1
    written.let_go()
    sentence = "tertinggal oleh perekam dan belum disimpan"
    assert told(look()) == [("I2", f"{written.base}.part", sentence)]
    assert told(look(min_age=MIN_AGE)) == []


def test_strange_names_are_told_wherever_they_lie(three: list[Segment]) -> None:
    volume = Path(three[0].volume.path)
    day = file_of(three[0]).parent
    stranger = f"{uuid4()}"
    (volume / stranger / "2026/11/24").mkdir(parents=True)
    for path in (volume / "catatan.txt", day / "film.avi", day.parent / "x", volume / "a" / "b"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    strange = {subject for _, subject, _ in told(look())}
    here = day.relative_to(volume)
    assert strange == {
        "catatan.txt", "a", f"{here}/film.avi", f"{here.parent}/x", f"{stranger}/2026/11/24",
    }  # fmt: skip


def test_files_set_aside_are_explained(three: list[Segment]) -> None:
    folder = Path(three[0].volume.path) / QUARANTINE
    folder.mkdir()
    (folder / "aneh").write_text("")
    report = look()
    assert told(report) == []
    assert report.checked["quarantined"] == 1


def test_file_in_another_cameras_folder_is_told(three: list[Segment], plan: RecordingPlan) -> None:
    other = stored_segment(three[0].camera, plan.volume, ago(3 * 86400))
    moved = file_of(other).parent / file_of(three[0]).name
    file_of(three[0]).rename(moved)
    found = told(look())
    where = str(moved.relative_to(plan.volume.path))
    assert ("I1", f"potongan {three[0].pk}", "berkasnya tidak ada") in found
    assert ("I2", where, "barisnya menunjuk ke tempat lain") in found


def test_whole_missing_folder_is_told_a_thousand_times_and_the_rest_counted(
    plan: RecordingPlan,
) -> None:
    begin = ago(86400)
    rows = [
        Segment(
            camera=plan.camera,
            volume=plan.volume,
            state="READY",
            fence=1,
            key_day=begin.date(),
            prepared_at=begin,
            started_at=begin + timedelta(seconds=n),
            ended_at=begin + timedelta(seconds=n + 1),
            expires_at=begin + timedelta(days=30),
            bytes=1,
            frames=1,
            sha256="0" * 64,
            codec="h264",
        )
        for n in range(600)
    ]
    Segment.objects.bulk_create(rows)
    report = look()
    assert (len(report.violations), report.left_out) == (1000, 200)
