"""The erasure before it happens: what would go, what was checked, what the paper will say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.templatetags.portal import wib_range
from recordings.enums import ErasureState
from recordings.models import Erasure, Export, Hold
from recordings.selectors import segments_in
from requests_app.desk.board import Badge
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

    @property
    def words(self) -> str:
        facts = {"files": words.number(self.files), "size": words.size(self.bytes)}
        return _("%(files)s berkas, %(size)s") % facts


def source_of(export: Export) -> Source:
    """What an erasure would take, or what one that is done took."""
    rows = export.cameras.select_related("camera").order_by("camera_id")
    ids = [row.camera_id for row in rows]
    found = segments_in(ids, export.starts_at, export.ends_at).order_by()
    total = found.aggregate(files=Count("pk"), size=Sum("bytes"))
    names = tuple(row.camera.name for row in rows)
    done = Erasure.objects.filter(export=export, state=ErasureState.DONE).first()
    if done is not None:
        total = done.runs.aggregate(files=Sum("segments_purged"), size=Sum("bytes_purged"))
    return Source(names, total["files"] or 0, total["size"] or 0)


def rows(export: Export, source: Source) -> list[Row]:
    return [
        {"label": _("Kamera"), "lines": list(source.cameras)},
        {"label": _("Waktu rekaman"), "value": wib_range(export.starts_at, export.ends_at)},
        {
            "label": _("Banyaknya"),
            "value": _("%s. Berkas di tepi ikut utuh, sehingga dapat lebih panjang.")
            % source.words,
        },
    ]


def checks(row: AccessRequest, export: Export) -> list[dict[str, str]]:
    """What was checked, the good news too, so that silence is not a guess."""
    received = row.hand_over.received_at
    disk = export.medium.label
    handed = _("%(disk)s diserahkan kepada %(who)s, %(when)s.") % {
        "disk": disk,
        "who": row.applicant.name,
        "when": words.date_time(received) if received else "",
    }
    same = _("Isi %s dibaca ulang dan sama dengan sumber.") % disk
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


def paper(row: AccessRequest, export: Export, source: Source, by: str) -> dict[str, Any]:
    """What the Berita Acara Pemusnahan says or will say; the PDF is made when it is done."""
    asked = getattr(row, "source_erasure", None)
    erasure = asked.erasure if asked else None
    done = erasure is not None and erasure.state == ErasureState.DONE
    second = erasure.confirmed_by if erasure else None
    pairs = (
        (_("Permohonan"), f"{row.number}, {row.get_purpose_display().lower()}"),
        (_("Kamera"), ", ".join(source.cameras)),
        (_("Waktu"), wib_range(export.starts_at, export.ends_at)),
        (_("Jumlah"), source.words if source.files or done else _("tertulis saat dihapus")),
        (_("Salinan diserahkan"), f"{export.medium.label}, {row.applicant.name}"),
        (_("Cara"), _("Kunci pembuka rekaman dimusnahkan, lalu berkasnya dihapus")),
        (_("Petugas"), erasure.requested_by.name if erasure else by),
        (_("Orang kedua"), second.name if second else _("Kepala atau Sekretaris, belum")),
    )
    return {
        "title": _("Berita Acara Pemusnahan Rekaman"),
        "number": row.number,
        "rows": [{"label": label, "value": value} for label, value in pairs],
        "stages": _stages(erasure),
        "final": done,
    }


def _stages(erasure: Erasure | None) -> list[dict[str, Any]]:
    if erasure is not None and erasure.state == ErasureState.DONE and erasure.done_at:
        first = Badge(_("Tahap 1"), "done", "check-circle")
        text = _("Kunci dimusnahkan %s.") % words.date_time(erasure.done_at)
    else:
        first = Badge(_("Tahap 1"), "wait", "hourglass")
        text = _("Kunci dimusnahkan: diisi setelah orang kedua menyetujui dan masa tunggu lewat.")
    second = Badge(_("Tahap 2"), "", "clock")
    later = _("Tuntas setelah cadangan kunci terakhir di luar portal ini habis.")
    return [{"state": first, "text": text}, {"state": second, "text": later}]
