"""What may be asked for at all. The database refuses the same (migration 0002)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from cctvportal.accounts.enums import ApplicantKind
from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from devices.models import Camera
from recordings.enums import Purpose
from recordings.selectors import coverage
from requests_app.lifecycle import FURTHEST_AHEAD, LONGEST_RANGE, MOST_CAMERAS, MOST_OPEN, OPEN
from requests_app.models import AccessRequest

# Digits as people write them; ITU-T E.164 has 15 at most.
_PHONE: Final = re.compile(r"[0-9 +()-]+")
# SOP steps 4 and 5: which applicant asks for what.
PURPOSE_OF: Final = {
    ApplicantKind.ASSESSMENT: Purpose.ASSESSMENT,
    ApplicantKind.GENERAL_AFFAIRS: Purpose.SECURITY,
}


def purpose_of(applicant: User) -> Purpose:
    """The purpose that a person may ask for. Raises Refused for who may not ask at all."""
    if not applicant.is_active or not applicant.applicant_kind:
        raise Refused(_("Orang ini bukan pemohon. Pilih pemohon lain."), "applicant")
    return PURPOSE_OF[ApplicantKind(applicant.applicant_kind)]


def check_range(start: datetime | None, end: datetime | None) -> None:
    """Raises Refused unless start < end and the range is 24 hours at most."""
    if start is None:
        raise Refused(_("Isi waktu mulai, misalnya 08.00."), "starts_at")
    if end is None:
        raise Refused(_("Isi waktu selesai, misalnya 12.00."), "ends_at")
    if end <= start:
        raise Refused(_("Waktu selesai harus sesudah waktu mulai."), "ends_at")
    if end - start > LONGEST_RANGE:
        raise Refused(
            _("Paling lama 24 jam dalam satu permohonan. Persempit waktunya, atau ajukan dua."),
            "ends_at",
        )


def check_cameras(camera_ids: Collection[int]) -> None:
    """Raises Refused unless 1 to 8 known cameras are named."""
    if not camera_ids:
        raise Refused(_("Pilih paling sedikit satu kamera."), "cameras")
    if len(set(camera_ids)) > MOST_CAMERAS:
        raise Refused(_("Pilih paling banyak 8 kamera dalam satu permohonan."), "cameras")
    if Camera.objects.filter(pk__in=camera_ids).count() != len(set(camera_ids)):
        raise Refused(_("Salah satu kamera tidak ada lagi. Pilih kembali."), "cameras")


def check_askable(
    purpose: str, camera_ids: Collection[int], start: datetime | None, end: datetime | None
) -> None:
    """All that is asked of cameras and range; the page with them asks before it keeps them.

    Raises Refused, with the field.
    """
    check_cameras(camera_ids)
    check_range(start, end)
    assert start is not None  # noqa: S101 - check_range says so
    assert end is not None  # noqa: S101
    moment = now()
    _check_ahead(purpose, end, moment)
    _check_footage(camera_ids, start, end, moment)


def _check_ahead(purpose: str, end: datetime, moment: datetime) -> None:
    """Only an assessment still to be held may lie ahead of `moment`, at most 72 hours."""
    if end <= moment:
        return
    if purpose != Purpose.ASSESSMENT:
        raise Refused(_("Waktu selesai belum lewat. Ajukan setelah rekamannya ada."), "ends_at")
    if end > moment + FURTHEST_AHEAD:
        raise Refused(_("Asesmen dapat diajukan paling awal 72 jam sebelum selesai."), "ends_at")


def _check_footage(
    camera_ids: Collection[int], start: datetime, end: datetime, moment: datetime
) -> None:
    """A range wholly in the past of which no camera has anything is refused."""
    if end > moment:
        return
    if all(cover.is_empty for cover in coverage(list(camera_ids), start, end)):
        raise Refused(
            _("Tidak ada rekaman dari kamera ini pada waktu itu. Pilih kamera atau waktu lain."),
            "cameras",
        )


def check_words(request: AccessRequest) -> None:
    """Raises Refused for the first answer that is still missing."""
    missing = (
        ("activity", _("Tulis kegiatan atau peristiwanya.")),
        ("legal_basis", _("Tulis dasar pemrosesannya, misalnya nomor surat tugas.")),
        ("validator_name", _("Tulis nama orang yang dapat dihubungi Kepala.")),
        ("validator_phone", _("Tulis nomor telepon orang itu.")),
    )
    for field, sentence in missing:
        if not getattr(request, field).strip():
            raise Refused(sentence, field)


def check_phone(number: str) -> None:
    """Raises Refused for what cannot be dialled; nothing at all is another question."""
    digits = sum(sign.isdigit() for sign in number)
    if number.strip() and not (_PHONE.fullmatch(number.strip()) and 8 <= digits <= 15):
        raise Refused(
            _("Nomor telepon terdiri dari 8 sampai 15 angka, misalnya 0812 3456 7890."),
            "validator_phone",
        )


def check_open(applicant: User) -> None:
    """Raises Refused when the applicant has three open requests already.

    The caller holds the row of the year's number, so no other submission runs beside it.
    """
    if AccessRequest.objects.filter(applicant=applicant, state__in=OPEN).count() >= MOST_OPEN:
        raise Refused(
            _("Sudah ada 3 permohonan yang berjalan. Selesaikan atau tarik salah satunya dahulu.")
        )
