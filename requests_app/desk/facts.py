"""A request's facts in the words of the desk's pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.templatetags.portal import time_range, wib_range
from recordings.enums import Purpose
from requests_app.enums import RequestForm
from requests_app.models import AccessRequest
from requests_app.selectors.keeping import fate
from requests_app.selectors.sop_clock import StepTime, sop_clock

Row = dict[str, Any]


def _row(label: str, value: object) -> Row:
    return {"label": label, "value": value}


def _cameras(names: Iterable[str]) -> Row:
    return {"label": _("Kamera"), "lines": list(names)}


def permit(row: AccessRequest) -> list[Row]:
    """What was allowed, for the pages that act on it (aside "Isi izin")."""
    kept = row.cameras.filter(approved=True).select_related("camera__room")
    return [
        _row(_("Permohonan"), row.number),
        _row(_("Pemohon"), row.applicant.name),
        _row(_("Tujuan"), row.get_purpose_display()),
        _cameras(f"{one.camera.name}, {one.camera.room.name}" for one in kept),
        _row(_("Waktu rekaman"), wib_range(row.approved_start, row.approved_end)),
    ]


def asked(row: AccessRequest) -> list[Row]:
    """What was asked for, by whom, and who can say that it is so."""
    wanted = row.cameras.select_related("camera__room")
    found = [
        _row(_("Pemohon"), f"{row.applicant.name}, {row.applicant.jabatan}"),
        _row(_("Tujuan"), _purpose(row)),
        _row(_("Kegiatan"), row.activity),
        _row(_("Dasar"), row.legal_basis),
        _cameras(f"{one.camera.name}, {one.camera.room.name}" for one in wanted),
        _row(_("Waktu diminta"), wib_range(row.starts_at, row.ends_at)),
        _row(_("Masa simpan"), fate(row)),
        _row(_("Dapat dihubungi"), _contact(row)),
        _row(_("Kunci ruang"), _("Diminta") if row.wants_room else _("Tidak diminta")),
        _row(_("Bentuk"), _form(row)),
    ]
    if row.approved_start and _was_narrowed(row):
        left = row.cameras.filter(approved=True).select_related("camera")
        names = ", ".join(one.camera.name for one in left)
        narrowed = f"{names}; {time_range(row.approved_start, row.approved_end)}"
        found.insert(6, _row(_("Disetujui hanya"), narrowed))
    return found


def _purpose(row: AccessRequest) -> str:
    if row.purpose == Purpose.ASSESSMENT:
        return _("Asesmen: sumber rekaman dihapus setelah diserahkan")
    return _("Keamanan: sumber rekaman tidak dihapus, kedaluwarsa sendiri")


def _contact(row: AccessRequest) -> str:
    who = ", ".join(filter(None, (row.validator_name, row.validator_position)))
    return f"{who}, {row.validator_phone}"


def _form(row: AccessRequest) -> str:
    said = [row.get_form_display()]
    if row.entered_by_id != row.applicant_id:
        said.append(_("dicatat oleh %s") % row.entered_by.name)
    if row.happened_at:
        said.append(_("terjadi %s, dicatat kemudian") % words.date_time(row.happened_at))
    if row.form == RequestForm.WRITTEN and row.letter_name:
        said.append(row.letter_name)
    return ", ".join(map(str, said))


def _was_narrowed(row: AccessRequest) -> bool:
    whole = (row.starts_at, row.ends_at) == (row.approved_start, row.approved_end)
    return not whole or row.cameras.filter(approved=False).exists()


def steps(row: AccessRequest) -> list[dict[str, Any]]:
    """The SOP's steps begun so far, their real time beside the standard (component steps)."""
    return [_step(one) for one in sop_clock(row)]


def _step(one: StepTime) -> dict[str, Any]:
    clock = _("%(net)s, standar %(standard)s") % {
        "net": words.duration(one.net),
        "standard": words.duration(one.step.standard),
    }
    return {
        "title": one.step.title,
        "state": "now" if one.runs else "done",
        "late": one.is_late,
        "text": " ".join(_("Jeda keadaan kahar: %s.") % pause.reason for pause in one.pauses),
        "clock": clock,
        "over": _("lewat %s") % words.duration(one.over, parts=1) if one.is_late else "",
        "ball": one.step.actor if one.runs else "",
    }
