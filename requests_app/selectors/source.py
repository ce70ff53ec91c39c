"""The source of an export before it goes: how much it is, and what was checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import WIB
from cctvportal.common.templatetags.portal import wib_range
from recordings.enums import ErasureState
from recordings.models import Erasure, Export, Hold
from recordings.selectors import segments_in
from requests_app.models import AccessRequest

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The footage behind an export: whole segments, which may reach beyond the exported time.

    After the erasure: what went.
    """

    cameras: tuple[str, ...]
    files: int
    bytes: int
    first: datetime | None = None
    last: datetime | None = None

    @property
    def words(self) -> str:
        facts = {"files": words.number(self.files), "size": words.size(self.bytes)}
        return _("%(files)s potongan, %(size)s") % facts


def source_of(export: Export) -> Source:
    """What an erasure would take, or what one that is done took."""
    rows = export.cameras.select_related("camera").order_by("camera_id")
    ids = [row.camera_id for row in rows]
    found = segments_in(ids, export.starts_at, export.ends_at).order_by()
    total = found.aggregate(
        files=Count("pk"), size=Sum("bytes"), first=Min("started_at"), last=Max("ended_at")
    )
    names = tuple(row.camera.name for row in rows)
    done = Erasure.objects.filter(export=export, state=ErasureState.DONE).first()
    if done is not None:
        total = done.runs.aggregate(files=Sum("segments_purged"), size=Sum("bytes_purged"))
    edges = total.get("first"), total.get("last")
    return Source(names, total["files"] or 0, total["size"] or 0, *edges)


def rows(export: Export, source: Source) -> list[Row]:
    """What goes, for whoever asks for it and whoever agrees."""
    return [
        {"label": _("Kamera"), "lines": list(source.cameras)},
        {"label": _("Waktu rekaman"), "value": wib_range(export.starts_at, export.ends_at)},
        {"label": _("Banyaknya"), "value": f"{source.words}. {_rounded(source)}"},
    ]


def _rounded(source: Source) -> str:
    """Only whole files go, so that a little more than the exported time does."""
    if source.first is None or source.last is None:
        return _("Potongan di tepi ikut utuh, sehingga dapat lebih panjang.")
    first, last = (f"{edge.astimezone(WIB):%H.%M.%S}" for edge in (source.first, source.last))
    edges = {"first": first, "last": last}
    return _("Potongan di tepi ikut utuh: seluruhnya dari %(first)s sampai %(last)s WIB.") % edges


def checks(row: AccessRequest, export: Export) -> list[dict[str, str]]:
    """What was checked, the good news too, so that silence is not a guess."""
    received = row.hand_over.received_at
    disk = export.medium.label
    handed = _("%(disk)s diserahkan kepada %(who)s, %(when)s.") % {
        "disk": disk,
        "who": row.applicant.name,
        "when": words.date_time(received) if received else "",
    }
    same = _("Isi %(disk)s dibaca ulang dan sama dengan sumber, %(when)s.") % {
        "disk": disk,
        "when": words.date_time(export.verified_at) if export.verified_at else "",
    }
    return [_ok(same), _ok(handed), *_held(row, export)]


def _ok(text: str) -> dict[str, str]:
    return {"kind": "ok", "text": text}


def _held(row: AccessRequest, export: Export) -> list[dict[str, str]]:
    others = Hold.objects.filter(
        camera__in=export.cameras.values("camera"),
        released_at=None,
        starts_at__lt=export.ends_at,
        ends_at__gt=export.starts_at,
    ).exclude(reference=str(row.pk))
    if not others.exists():
        return [_ok(_("Tidak ada penahanan atau permohonan lain atas rekaman ini."))]
    text = _("Sebagian rekaman ditahan untuk permohonan lain. Bagian itu menunggu sampai dilepas.")
    return [{"kind": "warn", "text": text}]
