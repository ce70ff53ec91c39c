from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.models import Delegation
from requests_app.enums import Channel, Outcome, Verdict
from requests_app.models.request import AccessRequest


class Validation(models.Model):
    """One call to somebody who can vouch for the activity (SOP step 2, requirement 1)."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="validations")
    name = models.CharField(_("nama"), max_length=120)
    position = models.CharField(_("jabatan"), max_length=120, blank=True)
    phone = models.CharField(_("telepon"), max_length=30, blank=True)
    called_at = models.DateTimeField(_("dihubungi"))
    outcome = models.CharField(_("hasil"), max_length=11, choices=Outcome.choices)
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                name="validation_words_known", condition=Q(outcome__in=Outcome.values)
            ),
            models.CheckConstraint(
                name="validation_not_ahead", condition=Q(called_at__lte=F("recorded_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.get_outcome_display()}"


class Decision(models.Model):
    """The one decision of a request (SOP step 2). Told by phone, it waits for the own login.

    `despite`: why it was approved although somebody who was called did not vouch for the activity.
    A trigger asks for it then, for the validation and, where the decider is no approver, for a
    delegation in force; only `confirmed_at` is ever filled in later.
    """

    request = models.OneToOneField(AccessRequest, models.PROTECT, related_name="decision")
    verdict = models.CharField(_("keputusan"), max_length=8, choices=Verdict.choices)
    reason = models.CharField(_("alasan"), max_length=500, blank=True)
    note = models.CharField(_("catatan untuk petugas"), max_length=500, blank=True)
    despite = models.CharField(
        _("alasan menyetujui walau tidak dibenarkan"), max_length=500, blank=True
    )
    channel = models.CharField(max_length=9, choices=Channel.choices)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    delegation = models.ForeignKey(Delegation, models.PROTECT, null=True, related_name="+")
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("keputusan")
        constraints = [
            models.CheckConstraint(
                name="decision_words_known",
                condition=Q(verdict__in=Verdict.values, channel__in=Channel.values),
            ),
            models.CheckConstraint(
                name="decision_refused_has_reason",
                condition=Q(verdict="APPROVED") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="decision_despite_is_an_approval",
                condition=Q(verdict="APPROVED") | Q(despite=""),
            ),
            models.CheckConstraint(
                name="decision_by_phone_has_its_clerk",
                condition=Q(channel="IN_PERSON", logged_by=None, confirmed_at=F("entered_at"))
                | Q(channel="PHONE", logged_by__isnull=False) & ~Q(logged_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="decision_not_ahead", condition=Q(decided_at__lte=F("entered_at"))
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_verdict_display())

    @property
    def awaits_login(self) -> bool:
        """Told by phone and not yet confirmed: no passphrase and no export until then."""
        return self.confirmed_at is None
