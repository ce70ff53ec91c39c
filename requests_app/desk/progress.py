"""A job in words: how far it is, how long it may still take, what each part does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState
from recordings.enums import ErasureState, ExportState
from recordings.models import Erasure, Export
from recordings.services import exports
from requests_app.selectors.exports import is_lost

# Before that, the speed seen so far says nothing.
_EARLIEST_GUESS = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    icon: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class JobView:
    """What the component `job` shows; `url` answers with the same, for as long as it is active."""

    title: str
    detail: str
    percent: int | None
    active: bool
    url: str
    parts: tuple[Part, ...] = ()


def stopped(export: Export) -> bool:
    """The job gave up, whether or not it could still write that onto the export."""
    failed = export.job is not None and export.job.state == JobState.FAILED
    return export.state == ExportState.FAILED or (failed and export.state in exports.RUNNING)


def sentence(export: Export) -> str:
    """Why it stopped."""
    return export.job.error if export.job else ""


def left_over(export: Export) -> str:
    """Why a cancelled export's copy still lies on its disk; empty once it is gone."""
    if export.state != ExportState.CANCELLED or export.wiped_at is not None:
        return ""
    if is_lost(export):
        return _("Hard disk ini dinyatakan hilang; salinannya tidak dapat dihapus.")
    why = export.wipe_job.error if export.wipe_job else ""
    return why or _("Penghapusannya menunggu giliran.")


def of_export(export: Export) -> JobView:
    job = export.job
    over = {ExportState.VERIFIED, ExportState.CANCELLED}
    active = export.state not in over and not stopped(export)
    return JobView(
        title=_title(export, job),
        detail=_detail(export, job) if job and active else "",
        percent=job.percent if job and job.total else None,
        active=active,
        url=reverse("admin:export_progress", args=[export.pk]),
        parts=_parts(export, job),
    )


def _title(export: Export, job: Job | None) -> str:
    if stopped(export):
        return _("Berhenti")
    if job and job.cancel_requested and export.state != ExportState.CANCELLED:
        return _("Sedang dibatalkan")
    if job and export.state in {ExportState.WRITING, ExportState.VERIFYING}:
        facts = {"percent": job.percent, "disk": export.medium.label}
        if export.state == ExportState.WRITING:
            return _("%(percent)d%%, menyalin ke %(disk)s") % facts
        return _("%(percent)d%%, membaca ulang %(disk)s") % facts
    return str(ExportState(export.state).label)


def _detail(export: Export, job: Job) -> str:
    if job.state == JobState.QUEUED and job.error:
        return _("%s Dicoba lagi sendiri.") % job.error
    if not job.total:
        return ""
    half = job.total // 2
    written = export.state == ExportState.WRITING
    done = min(job.done, half) if written else max(0, job.done - half)
    said = [_("%(done)s dari %(all)s") % {"done": words.size(done), "all": words.size(half)}]
    if (left := _left(job)) is not None:
        said.append(_("kira-kira %s lagi") % words.duration(left, parts=1))
    return ", ".join(said)


def _left(job: Job) -> float | None:
    """Seconds that remain at the speed so far."""
    if job.started_at is None or not 0 < job.done < job.total:
        return None
    spent = (now() - job.started_at).total_seconds()
    if spent < _EARLIEST_GUESS:
        return None
    return max(1.0, spent * (job.total - job.done) / job.done)


def _parts(export: Export, job: Job | None) -> tuple[Part, ...]:
    rows = export.cameras.select_related("camera").order_by("camera_id")
    note = job.note if job else ""
    cameras = [
        _camera(export, place, row.camera.name, note) for place, row in enumerate(rows, start=1)
    ]
    return (*cameras, _read_back(export))


def _camera(export: Export, place: int, name: str, note: str) -> Part:
    story = export.facts.get(f"kamera-{place}")
    if story is not None:
        size = words.size(sum(one["bytes"] for one in story["berkas"]))
        return Part("check-circle", name, _("%s, selesai") % size)
    if export.state == ExportState.VERIFIED:
        return Part("info", name, _("tidak ada rekaman"))
    if export.state == ExportState.WRITING and note.endswith(name):
        return Part("play", name, _("sedang disalin"))
    return Part("hourglass", name, _("belum"))


def written(export: Export) -> list[str]:
    """What the package's own notes say of each camera: how early it begins, what is missing."""
    rows = export.cameras.select_related("camera").order_by("camera_id")
    said = []
    for place, row in enumerate(rows, start=1):
        story = export.facts.get(f"kamera-{place}")
        said.append(f"{row.camera.name}: {_story(story) if story else _('tidak ada rekaman')}")
    return said


def _story(story: dict[str, Any]) -> str:
    size = sum(one["bytes"] for one in story["berkas"])
    parts = [words.size(size)]
    if story["berkas"]:
        parts.append(_lead_in(story["berkas"][0]["mendahului_detik"]))
    holes = [
        words.hours(datetime.fromisoformat(one["mulai"]), datetime.fromisoformat(one["sampai"]))
        for one in story["terputus"]
    ]
    parts.append(_("terputus %s") % ", ".join(holes) if holes else _("tidak terputus"))
    return ", ".join(parts)


def _lead_in(seconds: float) -> str:
    early = round(seconds, 1)
    if not early:
        return _("mulai tepat pada waktu izin")
    return _("mulai %s detik sebelum waktu izin") % words.number(early)


def _read_back(export: Export) -> Part:
    name = _("Baca ulang dan cocokkan")
    if export.state == ExportState.VERIFIED:
        return Part("check-circle", name, _("sama dengan sumber"))
    if export.state == ExportState.VERIFYING:
        return Part("play", name, _("sedang dibaca"))
    return Part("hourglass", name, _("belum"))


def erasure_stopped(erasure: Erasure) -> bool:
    """Its job gave up, and a person may let it go on."""
    return erasure.job is not None and erasure.job.state == JobState.FAILED


def of_erasure(erasure: Erasure, request_id: object) -> JobView:
    """The erasure: waiting for the second person, for its time, running, done."""
    state = ErasureState(erasure.state)
    job = erasure.job
    detail = job.error if job and job.error else ""
    if state == ErasureState.CONFIRMED and erasure.due_at:
        detail = _("Dihapus mulai %s.") % words.date_time(erasure.due_at)
    # Waiting for a person may take days: nothing to look at every two seconds.
    at_work = state in {ErasureState.CONFIRMED, ErasureState.RUNNING}
    broken = erasure_stopped(erasure)
    return JobView(
        title=_("Berhenti") if broken else str(state.label),
        detail=detail,
        percent=None,
        active=at_work and not broken,
        url=reverse("admin:request_erase_progress", args=[request_id]),
        parts=_stages(erasure),
    )


def _stages(erasure: Erasure) -> tuple[Part, ...]:
    return (
        _stage(_("Diminta %s") % erasure.requested_by.name, erasure.requested_at),
        _stage(_who(erasure), erasure.confirmed_at),
        _stage(_("Kunci dimusnahkan, berkas dihapus"), erasure.done_at),
    )


def _who(erasure: Erasure) -> str:
    if erasure.confirmed_by is None:
        return _("Disetujui Kepala atau Sekretaris")
    return _("Disetujui %s") % erasure.confirmed_by.name


def _stage(name: str, at: datetime | None) -> Part:
    if at is None:
        return Part("hourglass", name, _("belum"))
    return Part("check-circle", name, words.short(at))
