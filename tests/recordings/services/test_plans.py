"""A term that changes while footage is being sealed: nothing keeps the old one unseen."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import Purpose
from recordings.models import RecordingPlan, RetentionPolicy
from recordings.services import plans
from tests.concurrency import in_threads
from tests.factories.devices import CameraFactory
from tests.factories.recordings import PlanFactory, PolicyFactory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WEEK = timedelta(days=7)


@pytest.mark.django_db
def test_a_new_camera_starts_under_the_oldest_security_policy(data_dir: Path) -> None:
    PolicyFactory(purpose=Purpose.ASSESSMENT)
    first = plans.plan_camera(CameraFactory(), by=SYSTEM)
    assert (first.keep_for, first.legal_basis) == (plans.USUAL_TERM, plans.LEGAL_BASIS)
    PolicyFactory()
    second = plans.plan_camera(CameraFactory(), by=SYSTEM)
    assert second.policy == first.policy
    assert plans.plan_camera(second.camera, by=SYSTEM) == second


@pytest.mark.django_db
def test_a_camera_without_a_plan_has_no_term() -> None:
    with pytest.raises(RecordingPlan.DoesNotExist), transaction.atomic():
        plans.term_of(CameraFactory().pk)


def _shorten(plan: RecordingPlan) -> None:
    policy = RetentionPolicy.objects.select_for_update().get(pk=plan.policy_id)
    policy.keep_for = WEEK
    policy.save()


def _move(plan: RecordingPlan) -> None:
    RecordingPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    RecordingPlan.objects.filter(pk=plan.pk).update(policy=PolicyFactory(keep_for=WEEK))


@pytest.mark.race
@pytest.mark.usefixtures("race_db")
@pytest.mark.parametrize("change", [_shorten, _move])
@pytest.mark.parametrize("first", ["seal", "change"])
def test_sealing_and_a_change_wait_for_each_other(
    data_dir: Path, change: Callable[[RecordingPlan], None], first: str
) -> None:
    """Either the sealing's transaction ends before the change begins, or it reads the new term."""
    plan = PlanFactory()
    began = threading.Event()

    def seal() -> tuple[timedelta, datetime]:
        with _turn(began, first=first == "seal"):
            term = plans.term_of(plan.pk)
            _hold_on(began)
            return term, now()

    def alter() -> datetime:
        with _turn(began, first=first == "change"):
            change(plan)
            changed = now()
            _hold_on(began)
            return changed

    sealed, changed = in_threads(seal, alter)
    assert isinstance(sealed, tuple), sealed
    assert isinstance(changed, datetime), changed
    term, at = sealed
    if first == "seal":
        assert term == timedelta(days=30)
        assert changed > at, "the change waited"
    else:
        assert term == WEEK, "the sealing waited, and read what holds now"


@contextmanager
def _turn(began: threading.Event, *, first: bool) -> Iterator[None]:
    """A transaction that begins at once, or when the other one's has its lock."""
    assert first or began.wait(10)
    with transaction.atomic():
        yield


def _hold_on(began: threading.Event) -> None:
    began.set()
    time.sleep(0.3)
