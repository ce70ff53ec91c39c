from __future__ import annotations

from typing import Any, ClassVar

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.enums import ApplicantKind, ChangeKind, DelegationKind, Role

MAY_APPLY = (Role.APPLICANT, Role.APPROVER)


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, nip: str | None) -> User:
        return self.get(nip=nip)


class User(AbstractBaseUser):
    """One person with one role. There is no superuser: every right comes from the role's rules."""

    nip = models.CharField(
        _("NIP"),
        max_length=18,
        unique=True,
        validators=[RegexValidator(r"^\d{18}$", _("NIP terdiri dari 18 angka, tanpa spasi."))],
        help_text=_("18 angka, tanpa spasi."),
    )
    name = models.CharField(_("nama"), max_length=120)
    jabatan = models.CharField(_("jabatan"), max_length=120)
    unit = models.CharField(_("unit kerja"), max_length=120)
    role = models.CharField(_("peran"), max_length=10, choices=Role.choices)
    applicant_kind = models.CharField(
        _("jenis pemohon"),
        max_length=15,
        choices=ApplicantKind.choices,
        blank=True,
        help_text=_("Wajib bagi pemohon; boleh bagi Kepala dan Sekretaris; kosong bagi yang lain."),
    )
    is_active = models.BooleanField(_("aktif"), default=True)
    date_joined = models.DateTimeField(_("dibuat"), auto_now_add=True)
    link_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "nip"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    objects = UserManager()

    class Meta:
        verbose_name = _("pengguna")
        verbose_name_plural = _("pengguna")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(name="user_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="user_nip_digits", condition=Q(nip__regex=r"^[0-9]{18}$")),
            models.CheckConstraint(
                name="user_applicant_kind_fits_role",
                condition=(
                    Q(role=Role.APPLICANT, applicant_kind__in=ApplicantKind.values)
                    | Q(role=Role.APPROVER, applicant_kind__in=[*ApplicantKind.values, ""])
                    | (~Q(role__in=MAY_APPLY) & Q(applicant_kind=""))
                ),
                violation_error_message=_("Jenis pemohon tidak cocok dengan perannya."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this; the desk is for the officer and the IT admin only."""
        return self.is_active and self.role in {Role.OFFICER, Role.IT_ADMIN}

    @property
    def role_words(self) -> str:
        """The role in words, with the applicant kind where there is one."""
        kind = self.get_applicant_kind_display()
        return f"{self.get_role_display()}, {kind.lower()}" if kind else self.get_role_display()

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # Any: Django's own signature
        return self.is_active and rules.has_perm(perm, self, obj)

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff and any(
            self.has_perm(name)
            for name in rules.permissions.permissions
            if name.startswith(f"{app_label}.view_")
        )


class Delegation(models.Model):
    """A letter that lets another person decide within its dates; it cannot be passed on."""

    principal = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_given", verbose_name=_("pejabat")
    )
    delegate = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_held", verbose_name=_("pengganti")
    )
    kind = models.CharField(_("jenis"), max_length=3, choices=DelegationKind.choices)
    letter_number = models.CharField(_("nomor surat"), max_length=80)
    starts_at = models.DateTimeField(_("mulai"))
    ends_at = models.DateTimeField(_("sampai"))
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pendelegasian")
        verbose_name_plural = _("pendelegasian")
        ordering = ("-starts_at",)
        constraints = [
            models.CheckConstraint(
                name="delegation_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="delegation_to_another", condition=~Q(delegate=F("principal"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.letter_number}"


class AccountChange(models.Model):
    """A staff role or a password link that an IT admin asked for; a second person answers it.

    `asked_by` is empty only for what `first_approver` made at the server itself.
    """

    kind = models.CharField(_("jenis"), max_length=4, choices=ChangeKind.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="changes")
    role = models.CharField(_("peran"), max_length=10, choices=Role.choices, blank=True)
    applicant_kind = models.CharField(max_length=15, choices=ApplicantKind.choices, blank=True)
    # Ties the answer to one link; the link itself is never stored.
    token_sha256 = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("persetujuan akun")
        verbose_name_plural = _("persetujuan akun")
        ordering = ("asked_at",)
        constraints = [
            models.CheckConstraint(
                name="account_change_by_two_people",
                condition=Q(confirmed_by=None)
                | (~Q(confirmed_by=F("asked_by")) & ~Q(confirmed_by=F("user"))),
            ),
            models.CheckConstraint(
                name="account_change_confirmed_by_somebody",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                | Q(confirmed_at__isnull=False, asked_by=None),
            ),
            models.UniqueConstraint(
                name="account_change_one_waits",
                fields=("user", "kind"),
                condition=Q(confirmed_at=None, closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.user}"
