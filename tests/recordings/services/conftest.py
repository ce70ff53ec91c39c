from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recordings.services import volumes
from tests.factories.recordings import PlanFactory

if TYPE_CHECKING:
    from pathlib import Path

    from recordings.models import RecordingPlan


@pytest.fixture
def plan(db: None, data_dir: Path) -> RecordingPlan:
    """A camera's plan, its volume prepared."""
    made: RecordingPlan = PlanFactory()
    volumes.prepare(made.volume)
    return made
