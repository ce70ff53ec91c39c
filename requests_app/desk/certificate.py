"""What the paper of an erasure will say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.templatetags.portal import wib_range
from recordings.enums import ErasureState
from recordings.models import Erasure, Export
from requests_app.desk.line import Badge
from requests_app.models import AccessRequest
from requests_app.selectors.erasing import erasure_of
from requests_app.selectors.source import Source


def paper(row: AccessRequest, export: Export, source: Source, by: str) -> dict[str, Any]:
    """What the Berita Acara Pemusnahan says or will say; the PDF is made when it is done."""
    erasure = erasure_of(row)
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
