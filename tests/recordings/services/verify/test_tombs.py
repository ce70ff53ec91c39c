"""I6: gone is gone, and said so outside the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import PurgeKind
from recordings.models import PurgeRun, Segment
from recordings.services import erase, tombstones, volumes
from recordings.services.verify import tombs
from tests.recordings.services.verify.conftest import file_of
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from recordings.models import RecordingPlan


@pytest.fixture
def purged(three: list[Segment]) -> Segment:
    """The first of three, gone through the gate."""
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    erase.doom(run, Segment.objects.filter(pk=three[0].pk), by=SYSTEM)
    erase.finish_doomed(by=SYSTEM)
    erase.finish(run, by=SYSTEM)
    return Segment.objects.get(pk=three[0].pk)


def stones(data_dir: Path) -> Path:
    (path,) = (data_dir / "tombstones").iterdir()
    return path


def test_what_went_through_the_gate_is_gone(purged: Segment) -> None:
    report = look()
    assert told(report) == []
    assert report.checked["purged"] == 1


def test_doomed_segment_on_its_way_is_no_violation(three: list[Segment]) -> None:
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    erase.doom(run, Segment.objects.filter(pk=three[0].pk), by=SYSTEM)
    assert told(look()) == []
    tombstones.append(run, [three[0]])
    assert told(look()) == []
    erase.destroy_keys(run, [three[0]], by=SYSTEM)
    assert told(look()) == []


def test_file_that_came_back_is_told(purged: Segment) -> None:
    file_of(purged).write_bytes(b"dari cadangan")
    told_of = ("I6", f"potongan {purged.pk}", "sudah dihapus, tetapi berkas .mp4 masih ada")
    assert told(look()) == [told_of]


def test_key_that_came_back_is_told(purged: Segment) -> None:
    store = volumes.keystore()
    store.put(purged.camera.uuid, purged.key_day, {purged.pk: b"k" * 16})
    told_of = ("I6", f"potongan {purged.pk}", "sudah dihapus, tetapi kuncinya masih ada")
    assert told(look()) == [told_of]


def test_missing_tombstone_is_told(purged: Segment, data_dir: Path) -> None:
    stones(data_dir).unlink()
    told_of = ("I6", f"potongan {purged.pk}", "sudah dihapus, tetapi tidak ada nisannya")
    assert told(look()) == [told_of]


@pytest.mark.parametrize("torn", ['{"at": "2026-11-2', '{"segment": "00000000-0000-4000-8000', ""])
def test_line_torn_by_a_kill_hides_not_the_next(purged: Segment, data_dir: Path, torn: str) -> None:
    path = stones(data_dir)
    path.write_text(torn + path.read_text())
    assert told(look()) == []


def test_line_torn_behind_its_segment_hides_not_the_next(purged: Segment, data_dir: Path) -> None:
    path = stones(data_dir)
    other = uuid4()
    path.write_text(f'{{"segment": "{other}", "sha2' + path.read_text())
    assert told(look()) == []


def test_old_database_is_told(three: list[Segment]) -> None:
    """Restored from before the purge: the row says READY, the tombstone stands."""
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    tombstones.append(run, [three[1]])
    sentence = "bernisan, tetapi barisnya menyebutnya tersimpan (basis data lama?)"
    assert told(look()) == [("I6", f"potongan {three[1].pk}", sentence)]


def test_key_whose_row_is_gone_but_whose_tombstone_stands_is_told(
    three: list[Segment], plan: RecordingPlan
) -> None:
    run = PurgeRun.objects.create(kind=PurgeKind.EXPIRY, started_at=now())
    stranger = Segment(camera=plan.camera, volume=plan.volume, key_day=three[0].key_day)
    store = volumes.keystore()
    store.put(plan.camera.uuid, stranger.key_day, {stranger.pk: b"k" * 16})
    assert told(look()) == []
    tombstones.append(run, [stranger])
    sentence = "bernisan, tetapi kuncinya masih ada"
    assert told(look()) == [("I6", f"potongan {stranger.pk}", sentence)]


def test_slices_together_read_every_line(purged: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tombs, "_A_SLICE", 0.1)
    assert told(look()) == []
