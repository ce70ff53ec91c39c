from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cctvportal.common.clock import ago
from recordings.models import RecordingPlan, Segment
from tests.factories.recordings import PlanFactory, stored_segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def segment(data_dir: Path) -> Segment:
    plan: RecordingPlan = PlanFactory()
    return stored_segment(plan.camera, plan.volume, ago(3600))


def told(*options: str) -> tuple[int, str]:
    """Exit status and what was printed."""
    out = io.StringIO()
    try:
        call_command("verify_recordings", *options, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def spoil(segment: Segment) -> None:
    path = Path(segment.volume.path) / segment.relative_path
    path.write_bytes(path.read_bytes().swapcase())


def test_clean_store_exits_zero_and_tells_what_was_looked_at(segment: Segment) -> None:
    status, text = told()
    assert status == 0
    assert "rows 1" in text
    assert text.endswith("0 pelanggaran\n")


def test_violation_is_a_line_and_exits_one(segment: Segment) -> None:
    spoil(segment)
    assert told("--level", "size")[0] == 0
    status, text = told("--level", "hash")
    assert status == 1
    first, *_rest = text.splitlines()
    assert first == f"I1 potongan {segment.pk}: isinya tidak sama dengan saat direkam"


def test_json_is_for_a_program(segment: Segment) -> None:
    spoil(segment)
    status, text = told("--level", "hash", "--json")
    body: dict[str, Any] = json.loads(text)
    assert (status, body["level"], body["left_out"]) == (1, "HASH", 0)
    assert body["violations"] == [
        {
            "invariant": "I1",
            "subject": f"potongan {segment.pk}",
            "sentence": "isinya tidak sama dengan saat direkam",
        }
    ]
    assert body["checked"]["hashes"] == 1


@pytest.mark.parametrize("by", ["label", "pk"])
def test_one_volume_may_be_named(segment: Segment, by: str) -> None:
    other: RecordingPlan = PlanFactory()
    stored_segment(other.camera, other.volume, ago(3600))
    _, text = told("--volume", str(getattr(segment.volume, by)))
    assert "rows 1" in text
    assert "rows 2" in told()[1]


def test_unknown_volume_is_told(segment: Segment) -> None:
    with pytest.raises(CommandError, match="bernama X"):
        call_command("verify_recordings", "--volume", "X")
