"""Changes of retention as far as they got."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job
from cctvportal.jobs.services import run
from recordings.enums import Purpose
from recordings.models import PolicyChange, RecordingPlan, Segment
from recordings.services import retention
from recordings.services.retention import Wish
from tests.factories.accounts import approver, officer
from tests.factories.recordings import stored_segment

BASIS: Final = "Keputusan Kepala BKPSDM tentang masa simpan rekaman"
REASON: Final = "Media simpan hampir penuh setiap akhir bulan."


def shorter(plan: RecordingPlan, days: float = 7, by: User | None = None) -> PolicyChange:
    """Asked for: the plan's policy keeps its footage for so many days."""
    wish = Wish.term(plan.policy, timedelta(days=days), BASIS)
    return retention.ask(wish, reason=REASON, by=by or officer())


def new_policy(name: str = "Ruang asesmen", by: User | None = None) -> PolicyChange:
    wish = Wish.new(name, Purpose.ASSESSMENT, timedelta(days=14), BASIS)
    return retention.ask(wish, reason=REASON, by=by or officer())


def agreed(change: PolicyChange, by: User | None = None) -> PolicyChange:
    return retention.confirm(change, by=by or approver())


def carried_out(change: PolicyChange) -> PolicyChange:
    """Agreed to, and its job run without the delay."""
    done = agreed(change)
    Job.objects.filter(pk=str(done.job_id)).update(not_before=None)
    run(str(done.job_id), "w1")
    done.refresh_from_db()
    return done


def kept(plan: RecordingPlan, days_ago: float, **given: object) -> Segment:
    """A segment of that age under its plan's term."""
    start = now() - timedelta(days=days_ago)
    ends = start + timedelta(seconds=60)
    facts = {"expires_at": ends + plan.keep_for, **given}
    return stored_segment(plan.camera, plan.volume, start, **facts)  # type: ignore[arg-type] # given
