from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from cctvportal.common.clock import now
from recordings.enums import MediumKind, Purpose
from recordings.models import Medium
from recordings.services import disks, volumes
from recordings.services.permits import Permit
from tests.factories import accounts
from tests.factories.recordings import PlanFactory, filmed_segment
from tests.recordings.media.films import film
from tests.recordings.services.ordering import middle_of, nearly_over

if TYPE_CHECKING:
    from pathlib import Path

    from cctvportal.accounts.models import User
    from recordings.models import RecordingPlan, Segment
    from recordings.services.hold_orders import Asked


@pytest.fixture
def plan(db: None, data_dir: Path) -> RecordingPlan:
    """A camera's plan, its volume prepared."""
    made: RecordingPlan = PlanFactory()
    volumes.prepare(made.volume)
    return made


@pytest.fixture
def officer(db: None) -> User:
    return accounts.officer()


@pytest.fixture
def medium(tmp_path: Path, officer: User) -> Medium:
    folder = tmp_path / "disk"
    folder.mkdir()
    row = Medium(kind=MediumKind.FOLDER, label="HDD-01", path=str(folder), owner="Kantor")
    return disks.register(row, by=officer)


@pytest.fixture
def permit(plan: RecordingPlan) -> Permit:
    """Eight seconds of footage, of which the middle four may go."""
    start = now() - timedelta(minutes=30)
    filmed_segment(plan.camera, plan.volume, start, film(seconds=4))
    filmed_segment(plan.camera, plan.volume, start + timedelta(seconds=4), film(seconds=4))
    return Permit(
        reference=str(uuid4()),
        number="007/CCTV/XI/2026",
        purpose=Purpose.ASSESSMENT,
        camera_ids=(plan.camera_id,),
        start=start + timedelta(seconds=2.5),
        end=start + timedelta(seconds=6.5),
        valid_until=now() + timedelta(hours=1),
    )


@pytest.fixture
def head(db: None) -> User:
    return accounts.approver(name="Kepala Contoh")


@pytest.fixture
def segments(plan: RecordingPlan) -> list[Segment]:
    """Four minutes, of which the term is nearly over."""
    return nearly_over(plan)


@pytest.fixture
def asked(segments: list[Segment], head: User) -> Asked:
    """A hold by hand over the middle of them."""
    return middle_of(segments, head)
