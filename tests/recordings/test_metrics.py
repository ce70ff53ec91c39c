from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind
from recordings.models import VolumeReading, WatchRound
from recordings.services import alarms
from tests.factories.recordings import PlanFactory

if TYPE_CHECKING:
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def scrape(token: str) -> tuple[int, dict[str, float]]:
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    lines = [one.rpartition(" ") for one in answer.text.splitlines() if one.startswith("portal_")]
    return answer.status_code, {name: float(value) for name, _, value in lines}


def test_it_is_closed_to_whoever_does_not_know_the_token(settings: Settings) -> None:
    settings.METRICS_TOKEN = "rahasia"
    assert Client().get("/metrics").status_code == 404
    assert scrape("salah")[0] == 404
    assert scrape("rahasia")[0] == 200


def test_gauges_say_what_the_watch_wrote_down(settings: Settings) -> None:
    settings.METRICS_TOKEN = "rahasia"
    plan = PlanFactory(camera__name="Lobi timur", volume__label="Media A")
    facts = {"late_seconds": 90, "doomed": 3, "doomed_seconds": 12, "silent": 1}
    facts["rates"] = {str(plan.pk): 5_000}  # type: ignore[assignment] # JSON
    WatchRound.objects.create(looked_at=now() - timedelta(seconds=30), facts=facts)
    VolumeReading.objects.create(
        volume=plan.volume, read_at=now(), free_bytes=7, forecast={"days": None}
    )
    alarms.raise_(AlarmKind.LATE_EXPIRY, by=SYSTEM)
    _, gauges = scrape("rahasia")
    assert gauges['portal_alarms_open{kind="LATE_EXPIRY"}'] == 1
    assert gauges['portal_alarms_open{kind="DISK"}'] == 0
    assert gauges["portal_footage_past_term_seconds"] == 90
    assert (gauges["portal_doomed_segments"], gauges["portal_doomed_oldest_seconds"]) == (3, 12)
    assert gauges["portal_silent_cameras"] == 1
    assert gauges['portal_volume_free_bytes{volume="Media A"}'] == 7
    assert gauges['portal_volume_days_left{volume="Media A"}'] == float("inf")
    assert gauges['portal_camera_bytes_per_hour{camera="Lobi timur"}'] == 5_000
    assert 30 <= gauges["portal_watch_age_seconds"] < 60


def test_a_watch_that_never_ran_is_infinitely_old(settings: Settings) -> None:
    settings.METRICS_TOKEN = "rahasia"
    assert scrape("rahasia")[1]["portal_watch_age_seconds"] == float("inf")
