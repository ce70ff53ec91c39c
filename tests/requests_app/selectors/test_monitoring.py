from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from cctvportal.common.clock import WIB, now
from devices.enums import IncidentKind
from recordings.selectors import Span, coverage
from requests_app.selectors.monitoring import Stock, bounds, cameras, day_of, stock, watch
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.devices import CameraFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=WIB)


@pytest.mark.parametrize(
    ("given", "word", "level"),
    [
        ({}, "Merekam", 2),
        ({"last_frame_at": None}, "Menunggu gambar pertama", 1),
        ({"last_frame_at": now() - timedelta(days=365)}, "Tidak ada gambar baru", 0),
        ({"owner": "", "lease_until": None}, "Perekam tidak berjalan", 0),
    ],
)
def test_state_of_a_camera(given: dict[str, Any], word: str, level: int) -> None:
    plan = books.recording(**given)
    (one,) = watch([plan.camera], day_of(now()))
    assert (one.state.word, one.state.level) == (word, level)


def test_a_camera_switched_off_on_purpose_is_no_trouble() -> None:
    camera = CameraFactory(enabled=False)
    assert watch([camera], day_of(now()))[0].state.level == 3


def test_an_open_incident_is_told_also_where_it_names_no_camera() -> None:
    plan, other = books.recording(), books.recording()
    books.incident(cameras=[plan.camera])
    kahar = books.incident(IncidentKind.FORCE_MAJEURE)
    first, second = watch([plan.camera, other.camera], day_of(now()))
    assert len(first.incidents) == 2
    assert second.incidents == (kahar,)
    assert second.state.word == "Merekam, ada catatan"


@time_machine.travel(NOON, tick=False)
def test_spans_of_a_day_are_those_of_the_coverage() -> None:
    camera = CameraFactory()
    start, end = bounds(day_of(now()))
    for minutes in (-1, 1, 3, 30, 32, 100, 102):
        make.footage(camera, start + timedelta(minutes=minutes), 2)
    (one,) = watch([camera], day_of(now()))
    assert one.spans == coverage([camera.pk], start, min(end, now()))[0].spans
    assert [span.start - start for span in one.spans] == [
        timedelta(0),
        timedelta(minutes=30),
        timedelta(minutes=100),
    ]


@time_machine.travel(NOON, tick=False)
def test_breaks_are_cut_to_the_day_and_end_now() -> None:
    camera = CameraFactory()
    start, _end = bounds(day_of(now()))
    books.gap(camera, start - timedelta(hours=1), 90)
    books.gap(camera, now() - timedelta(minutes=10), None)
    books.gap(camera, start - timedelta(days=3), 5)
    (one,) = watch([camera], day_of(now()))
    assert one.breaks == (
        Span(start, start + timedelta(minutes=30)),
        Span(now() - timedelta(minutes=10), now()),
    )
    assert one.lost == timedelta(minutes=40)


@time_machine.travel(NOON, tick=False)
def test_a_day_gone_by_tells_of_that_day() -> None:
    camera = CameraFactory()
    yesterday = NOON - timedelta(days=1)
    make.footage(camera, yesterday, 5)
    (one,) = watch([camera], day_of(yesterday))
    assert one.recorded == timedelta(minutes=5)
    assert watch([camera], day_of(now()))[0].spans == ()


@time_machine.travel(NOON, tick=False)
def test_stock_counts_what_is_kept_and_what_is_of_the_day() -> None:
    camera = CameraFactory()
    old = make.footage(camera, NOON - timedelta(days=2))
    make.footage(camera, NOON - timedelta(hours=1))
    assert stock([camera.pk], day_of(now())) == {camera.pk: Stock(old.started_at, 2, 2, 1)}


def test_removed_cameras_are_not_watched() -> None:
    kept = CameraFactory()
    CameraFactory(enabled=False, removed_at=now())
    assert cameras() == [kept]
