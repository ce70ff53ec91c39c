from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from devices.models import RoomKey
from requests_app.models.request import AccessRequest


class Issuance(models.Model):
    """One passphrase of the checking room, for one request, until it expires (SOP step 3).

    Only its hash is kept, so nobody can look it up again. At most one lives for a request.
    """

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="issuances")
    passphrase_hash = models.CharField(max_length=200)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    first_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["request"], name="issuance_one_live", condition=Q(revoked_at=None)
            ),
            models.CheckConstraint(
                name="issuance_expires_later", condition=Q(expires_at__gt=F("issued_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.issued_at:%Y-%m-%d %H:%M}"


class KeyHandout(models.Model):
    """A room key on its way out and back; each way is confirmed by both persons (book 1)."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="handouts")
    key = models.ForeignKey(RoomKey, models.PROTECT, related_name="handouts")
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    received_confirmed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    returned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    return_confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("serah kunci")
        verbose_name_plural = _("serah kunci")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="handout_one_holder_a_key", condition=Q(returned_at=None)
            ),
            models.CheckConstraint(
                name="handout_return_is_whole",
                condition=Q(returned_at=None, returned_to=None, return_confirmed_at=None)
                | Q(returned_at__gte=F("handed_at"), returned_to__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}, {self.request}"
