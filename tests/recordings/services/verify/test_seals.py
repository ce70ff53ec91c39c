"""Custody: who changes a file and its row together is found, by camera and hour."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.models import CustodyRoot, RecordingPlan, Segment
from recordings.services import custody
from recordings.services.verify import Level
from tests.factories.recordings import PlanFactory, stored_segment
from tests.recordings.services.verify.conftest import file_of
from tests.recordings.services.verify.looking import look, told
from tests.tampering import tamper

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import RaceDatabase

pytestmark = pytest.mark.race
SEGMENTS, ROOTS = "recordings_segment", "recordings_custodyroot"
HOUR = (now() - timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def plan(race_db: RaceDatabase, data_dir: Path) -> RecordingPlan:
    made: RecordingPlan = PlanFactory()
    return made


@pytest.fixture
def sealed(plan: RecordingPlan) -> list[Segment]:
    """Two hours of three segments each, sealed."""
    rows = [
        stored_segment(plan.camera, plan.volume, HOUR + timedelta(hours=hour, minutes=minute))
        for hour in range(2)
        for minute in range(3)
    ]
    assert custody.seal_hours(by=SYSTEM) == 2
    return rows


def first_hour(plan: RecordingPlan) -> str:
    return f"kamera {plan.camera.name}, {HOUR:%Y-%m-%d pukul %H} UTC"


def changed(found: int, sealed: int = 3) -> str:
    return f"baris atau berkasnya diubah sesudah disegel ({sealed} potongan disegel, {found} ada)"


def test_sealed_hours_are_clean_and_counted(sealed: list[Segment]) -> None:
    report = look(Level.HASH)
    assert told(report) == []
    counted = {"sealed_hours": 2, "seals": 2, "unsealed_after_a_day": 0}
    assert report.checked | counted == report.checked


def test_swapped_file_and_row_are_told_by_camera_and_hour(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    """The attacker is superuser and careful: the file fits its row, and no trigger saw it."""
    body, victim = b"gambar lain", sealed[1]
    file_of(victim).write_bytes(body)
    digest = hashlib.sha256(body).hexdigest()
    hit = tamper(
        race_db,
        SEGMENTS,
        "UPDATE {table} SET sha256 = %s, bytes = %s WHERE id = %s",
        digest,
        len(body),
        str(victim.pk),
    )
    assert hit == 1
    expected = [("I1", first_hour(plan), changed(3))]
    assert [told(look(level)) for level in Level] == [expected] * 3


def test_shifted_time_is_told(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    statement = "UPDATE {table} SET started_at = started_at + interval '1 second' WHERE id = %s"
    tamper(race_db, SEGMENTS, statement, str(sealed[0].pk))
    assert told(look()) == [("I1", first_hour(plan), changed(3))]


def test_segment_taken_out_of_its_seal_is_told(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    statement = "UPDATE {table} SET custody_id = NULL WHERE id = %s"
    tamper(race_db, SEGMENTS, statement, str(sealed[2].pk))
    assert told(look()) == [("I1", first_hour(plan), changed(2))]
    custody.seal_hours(by=SYSTEM)
    assert told(look()) == [("I1", first_hour(plan), changed(2))], "a new seal heals nothing"


def test_segment_taken_away_with_its_file_is_told(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    for suffix in (".mp4", ".json"):
        file_of(sealed[0], suffix).unlink()
    tamper(race_db, SEGMENTS, "DELETE FROM {table} WHERE id = %s", str(sealed[0].pk))
    assert told(look()) == [("I1", first_hour(plan), changed(2))]


def test_whole_hour_taken_away_is_told(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    for row in sealed[:3]:
        file_of(row).unlink()
        file_of(row, ".json").unlink()
    ids = [str(row.pk) for row in sealed[:3]]
    tamper(race_db, SEGMENTS, "DELETE FROM {table} WHERE id = ANY(%s::uuid[])", ids)
    assert told(look()) == [("I1", first_hour(plan), changed(0))]


def test_seal_made_anew_contradicts_the_book(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    victim = sealed[1]
    digest = "ab" * 32
    statement = "UPDATE {table} SET sha256 = %s WHERE id = %s"
    tamper(race_db, SEGMENTS, statement, digest, str(victim.pk))
    root = CustodyRoot.objects.get(hour=HOUR)
    anew = custody.root_of(Segment.objects.filter(custody=root).select_related("camera"))
    tamper(race_db, ROOTS, "UPDATE {table} SET root = %s WHERE id = %s", anew, root.pk)
    told_of = "segel jam ini tercatat 1 kali, atau dengan isi lain"
    assert told(look()) == [("I5", first_hour(plan), told_of)]


def test_seal_taken_away_is_told(
    sealed: list[Segment], plan: RecordingPlan, race_db: RaceDatabase
) -> None:
    root = CustodyRoot.objects.get(hour=HOUR)
    tamper(race_db, ROOTS, "DELETE FROM {table} WHERE id = %s", root.pk)
    found = told(look())
    gone = f"segel {root.pk}, yang disebut potongannya, tidak ada"
    assert ("I1", f"kamera {plan.camera.name}", gone) in found
    assert [one[0] for one in found] == ["I1", "I5"]
