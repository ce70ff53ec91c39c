"""Gauges of footage for an outside monitor, in the exposition format of /metrics.

Everything comes from what the watch wrote down (WatchRound, VolumeReading, Alarm), so that a scrape
costs four small queries however much footage there is. `portal_watch_age_seconds` tells whether the
rest can be believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

from django.db.models import Count
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.registry import REGISTRY, Collector

from cctvportal.common.clock import now
from devices.models import Camera
from recordings.enums import AlarmKind
from recordings.models import Alarm, VolumeReading, WatchRound


class FootageCollector(Collector):
    """Asks the database at each scrape: while that is away the scrape fails, as it should."""

    def describe(self) -> Iterable[Metric]:
        """Nothing: else registering it would ask the database at the start of every process."""
        return ()

    def collect(self) -> Iterator[Metric]:
        last = WatchRound.objects.first() or WatchRound()
        yield _alarms()
        age = (now() - last.looked_at).total_seconds() if last.looked_at else inf
        yield _plain("portal_watch_age_seconds", "Since the watch looked at everything", age)
        for name, key, told in _COUNTED:
            yield _plain(name, told, last.facts.get(key, 0))
        yield from _volumes()
        yield _rates(last.facts.get("rates", {}))


_COUNTED = (
    ("portal_footage_past_term_seconds", "late_seconds", "Oldest footage past its term"),
    ("portal_doomed_segments", "doomed", "Segments that are being removed"),
    ("portal_doomed_oldest_seconds", "doomed_seconds", "Since the oldest of them was doomed"),
    ("portal_silent_cameras", "silent", "Cameras without a picture for two minutes"),
)


def register() -> None:
    REGISTRY.register(FootageCollector())


def _plain(name: str, told: str, value: float) -> Gauge:
    return Gauge(name, told, value=value)


def _alarms() -> Gauge:
    gauge = Gauge("portal_alarms_open", "Open alarms by kind", labels=["kind"])
    counted = Alarm.objects.filter(cleared_at=None).values_list("kind").annotate(Count("pk"))
    found = dict(counted.order_by())
    for kind in AlarmKind:
        gauge.add_metric([kind.value], found.get(kind.value, 0))
    return gauge


def _volumes() -> Iterator[Gauge]:
    free = Gauge("portal_volume_free_bytes", "Bytes above the reserve", labels=["volume"])
    days = Gauge("portal_volume_days_left", "Days until the reserve", labels=["volume"])
    for one in VolumeReading.objects.select_related("volume").order_by("volume__label"):
        label = [one.volume.label]
        # A disk that cannot be read has no number, and its line is missing.
        if one.free_bytes is not None:
            free.add_metric(label, one.free_bytes)
        if one.forecast is not None:
            left = one.forecast["days"]
            days.add_metric(label, inf if left is None else left)
    return iter((free, days))


def _rates(rates: dict[str, Any]) -> Gauge:
    told = "Bytes per recorded hour, of the last whole hour"
    gauge = Gauge("portal_camera_bytes_per_hour", told, labels=["camera"])
    for pk, name in Camera.objects.filter(pk__in=rates).values_list("pk", "name"):
        gauge.add_metric([name], rates[str(pk)])
    return gauge
