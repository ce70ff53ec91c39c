"""Until when the footage of a range is kept, said to whoever asks for it or decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import now
from recordings.enums import ErasureState
from recordings.models import Hold
from recordings.selectors import segments_in
from requests_app.models import AccessRequest
from requests_app.selectors.erasing import erasure_of


def fate(request: AccessRequest) -> str:
    """What becomes of the footage that was asked for, in a sentence; empty before it is chosen."""
    start, end = request.starts_at, request.ends_at
    if start is None or end is None:
        return ""
    if Hold.objects.filter(reference=str(request.pk), released_at=None).exists():
        return _("Ditahan untuk permohonan ini: tidak terhapus sampai urusannya selesai.")
    erasure = erasure_of(request)
    if erasure is not None and erasure.state == ErasureState.DONE and erasure.done_at:
        return _("Sumbernya sudah dimusnahkan %s.") % words.date_time(erasure.done_at)
    return kept(list(request.cameras.values_list("camera_id", flat=True)), start, end)


def kept(camera_ids: Sequence[int], start: datetime, end: datetime) -> str:
    """When the footage of [start, end) goes by itself, by the earliest of its parts."""
    parts = segments_in(camera_ids, start, end)
    first: datetime | None = parts.aggregate(first=Min("expires_at"))["first"]
    if first is None:
        return _("Tidak ada rekaman di portal.")
    held = Hold.objects.filter(
        camera__in=camera_ids, released_at=None, starts_at__lt=end, ends_at__gt=start
    )
    if held.exists():
        return _("Sedang ditahan untuk keperluan lain; sesudah itu terhapus sendiri.")
    if first <= now():
        return _("Masa simpannya habis: segera terhapus sendiri.")
    return _("Rekaman terhapus sendiri pada %s.") % words.date_time(first)
