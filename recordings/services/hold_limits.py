"""What a hold by hand may be. Each check raises Refused with the field of the form."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from recordings.selectors import Span, within_term
from recordings.services.held import VolumeHeld, Wish, touching

LONGEST_RANGE: Final = timedelta(days=7)
MOST_CAMERAS: Final = 8
FURTHEST_AHEAD: Final = timedelta(hours=72)
REVIEWERS: Final = (Role.APPROVER, Role.OFFICER)
_LEAST_WORDS: Final = 10


def check_wish(wish: Wish) -> None:
    """Cameras, range and end; and that there is something to hold, or still to come.

    What is past its term is nothing to hold: it goes, and is not brought back.
    """
    if not wish.camera_ids:
        raise Refused(_("Pilih kamera yang rekamannya ditahan."), "cameras")
    if len(wish.camera_ids) > MOST_CAMERAS:
        raise Refused(_("Pilih paling banyak %d kamera.") % MOST_CAMERAS, "cameras")
    if wish.end <= wish.start:
        raise Refused(_("Waktu selesai harus sesudah waktu mulai."), "end")
    if wish.end - wish.start > LONGEST_RANGE:
        raise Refused(_("Paling lama 7 hari sekali menahan. Buat beberapa penahanan."), "end")
    if wish.end > now() + FURTHEST_AHEAD:
        raise Refused(_("Paling jauh 72 jam dari sekarang."), "end")
    check_until(wish.until)
    asked = {camera: [Span(wish.start, wish.end)] for camera in wish.camera_ids}
    if wish.end <= now() and not touching(asked).filter(within_term()).exists():
        raise Refused(_("Tidak ada rekaman pada waktu itu. Periksa tanggal dan jamnya."), "start")


def check_until(until: datetime) -> None:
    """An end lies ahead, and not so far that nobody looks again (HOLD_LONGEST_DAYS)."""
    longest = timedelta(days=settings.HOLD_LONGEST_DAYS)
    if until <= now():
        raise Refused(_("Pilih tanggal yang belum lewat."), "until")
    if until > now() + longest:
        raise Refused(
            _("Paling lama %s dari hari ini. Sebelum berakhir, penahanan dapat diperpanjang.")
            % words.duration(longest),
            "until",
        )


def check_reviewer(reviewer: User) -> None:
    if not reviewer.is_active or reviewer.role not in REVIEWERS:
        raise Refused(
            _("Pilih Kepala, Sekretaris, atau Petugas CCTV sebagai peninjau."), "reviewer"
        )


def check_title(text: str) -> str:
    """Without blanks around it."""
    if not text.strip():
        raise Refused(_("Tulis perihalnya, misalnya: kehilangan di tempat parkir."), "title")
    return text.strip()


def check_reason(text: str, field: str = "reason") -> str:
    """Without blanks around it, and a sentence rather than a word."""
    if len(text.strip()) < _LEAST_WORDS:
        raise Refused(_("Tulis alasannya dalam satu kalimat."), field)
    return text.strip()


def check_quota(standing: list[VolumeHeld], *, knows: bool) -> bool:
    """Whether a quota is passed by what the wish adds; then the approver has said they know."""
    passed = [one for one in standing if one.more and one.is_over]
    if not passed or knows:
        return bool(passed)
    labels = ", ".join(one.volume.label for one in passed)
    if any(one.quota is None for one in passed):
        raise Refused(
            _(
                "Isi %s tidak terbaca dari sini, sehingga batas penahanan tidak dapat dihitung. "
                "Minta Admin TI memeriksanya, atau centang bahwa Anda mengetahuinya."
            )
            % labels,
            "knows_quota",
        )
    raise Refused(
        _(
            "Penahanan ini melewati batas yang boleh ditahan di %s. Pilih waktu yang lebih pendek "
            "atau kamera yang lebih sedikit, atau centang bahwa Anda mengetahuinya."
        )
        % labels,
        "knows_quota",
    )
