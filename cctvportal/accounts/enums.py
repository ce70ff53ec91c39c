from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """Exactly one a person: exclusive by construction (design.md 3)."""

    APPLICANT = "APPLICANT", _("Pemohon")
    APPROVER = "APPROVER", _("Kepala atau Sekretaris")
    OFFICER = "OFFICER", _("Petugas CCTV")
    AUDITOR = "AUDITOR", _("Pemeriksa")
    IT_ADMIN = "IT_ADMIN", _("Admin TI")


class ApplicantKind(TextChoices):
    """Which of the two applicants of the SOP (steps 4 and 5) a person may be."""

    ASSESSMENT = "ASSESSMENT", _("Asesmen")
    GENERAL_AFFAIRS = "GENERAL_AFFAIRS", _("Umum dan kepegawaian")


class DelegationKind(TextChoices):
    PLT = "PLT", _("Pelaksana tugas (Plt.)")
    PLH = "PLH", _("Pelaksana harian (Plh.)")


class ChangeKind(TextChoices):
    """What an IT admin asks for and a second person confirms (security.md 2 row 26)."""

    ROLE = "ROLE", _("Peran")
    LINK = "LINK", _("Tautan kata sandi")
