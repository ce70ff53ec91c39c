from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.common.clock import ago
from recordings.models import Segment
from tests.factories.recordings import stored_segment

if TYPE_CHECKING:
    from recordings.models import RecordingPlan


@pytest.fixture
def three(plan: RecordingPlan) -> list[Segment]:
    """Three minutes of footage an hour ago, each with its file and key."""
    return [
        stored_segment(plan.camera, plan.volume, ago(3600) + timedelta(minutes=n)) for n in range(3)
    ]


def file_of(segment: Segment, suffix: str = ".mp4") -> Path:
    return (Path(segment.volume.path) / segment.relative_path).with_suffix(suffix)
