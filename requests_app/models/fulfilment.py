from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recordings.models import Erasure, Export
from requests_app.models.request import AccessRequest


class Fulfilment(models.Model):
    """Ties an export to the request that allows it; a failed one may be followed by another."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="fulfilments")
    export = models.OneToOneField(Export, models.PROTECT, related_name="fulfilment")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.export)


class HandOver(models.Model):
    """The disk goes to the applicant, with the pernyataan kerahasiaan; both confirm (SOP 4, 5).

    `statement` is the text as it was signed.
    """

    request = models.OneToOneField(AccessRequest, models.PROTECT, related_name="hand_over")
    export = models.OneToOneField(Export, models.PROTECT, related_name="hand_over")
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()
    statement = models.TextField(_("pernyataan kerahasiaan"))
    received_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("serah terima")
        constraints = [
            models.CheckConstraint(
                name="hand_over_received_later",
                condition=Q(received_at=None) | Q(received_at__gte=F("handed_at")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.request)


class SourceErasure(models.Model):
    """Ties an erasure of an assessment's source to its request; cancelled ones stay tied."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="source_erasures")
    erasure = models.OneToOneField(Erasure, models.PROTECT, related_name="source_erasure")

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.request)
