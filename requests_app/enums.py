from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RequestState(TextChoices):
    """Where a request stands. What may follow what: lifecycle.py."""

    DRAFT = "DRAFT", _("Belum dikirim")
    SUBMITTED = "SUBMITTED", _("Menunggu keputusan")
    APPROVED = "APPROVED", _("Disetujui, menunggu sandi dan kunci")
    REFUSED = "REFUSED", _("Ditolak")
    WITHDRAWN = "WITHDRAWN", _("Ditarik pemohon")
    ISSUED = "ISSUED", _("Akses diberikan")
    REVOKED = "REVOKED", _("Izin dicabut")
    LAPSED = "LAPSED", _("Lewat waktu")
    EXPORTED = "EXPORTED", _("Sudah direkam ke hard disk")
    HANDED_OVER = "HANDED_OVER", _("Sudah diserahkan")
    ERASED = "ERASED", _("Sumber dihapus")
    CLOSED = "CLOSED", _("Selesai")

    @property
    def word(self) -> str:
        return str(self.label)

    @property
    def css(self) -> str:
        return _LOOKS[self.value][0]

    @property
    def icon(self) -> str:
        return _LOOKS[self.value][1]


# Colour and icon of the status tag (design-language, Status).
_LOOKS: dict[str, tuple[str, str]] = {
    "DRAFT": ("", "pencil"),
    "SUBMITTED": ("wait", "hourglass"),
    "APPROVED": ("go", "check"),
    "REFUSED": ("stop", "cross-circle"),
    "WITHDRAWN": ("", "undo"),
    "ISSUED": ("go", "key"),
    "REVOKED": ("stop", "ban"),
    "LAPSED": ("", "clock"),
    "EXPORTED": ("go", "disk"),
    "HANDED_OVER": ("go", "file-check"),
    "ERASED": ("wipe", "trash"),
    "CLOSED": ("done", "check-circle"),
}


class RequestForm(TextChoices):
    """SOP step 1: "permohonan lisan maupun tertulis"."""

    ORAL = "ORAL", _("Lisan")
    WRITTEN = "WRITTEN", _("Tertulis")


class Outcome(TextChoices):
    """What a validation call brought (SOP step 2, requirement 1)."""

    CONFIRMED = "CONFIRMED", _("Membenarkan kegiatan ini")
    DENIED = "DENIED", _("Tidak membenarkan")
    UNREACHABLE = "UNREACHABLE", _("Tidak dapat dihubungi")


class Verdict(TextChoices):
    APPROVED = "APPROVED", _("Disetujui")
    REFUSED = "REFUSED", _("Ditolak")


class Channel(TextChoices):
    """How a decision reached the portal."""

    IN_PERSON = "IN_PERSON", _("Langsung di portal")
    PHONE = "PHONE", _("Lewat telepon")
