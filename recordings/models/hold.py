from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera
from recordings.enums import HoldKind


class Hold(models.Model):
    """Footage of one camera that nothing may remove until the hold is released.

    `reference` says for what: the uuid of a request or an export, or a letter's number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="holds")
    starts_at = models.DateTimeField(_("mulai"))
    ends_at = models.DateTimeField(_("sampai"))
    kind = models.CharField(_("jenis"), max_length=7, choices=HoldKind.choices)
    reference = models.CharField(max_length=80)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    released_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("penahanan hapus")
        verbose_name_plural = _("penahanan hapus")
        ordering = ("-placed_at",)
        constraints = [
            models.CheckConstraint(
                name="hold_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(name="hold_kind_known", condition=Q(kind__in=HoldKind.values)),
            models.UniqueConstraint(
                fields=["camera", "kind", "reference"],
                name="hold_once_a_camera_and_reference",
                condition=Q(released_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["camera", "starts_at"], name="hold_active", condition=Q(released_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
