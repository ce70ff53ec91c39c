from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera
from recordings.enums import GapCause


class Gap(models.Model):
    """A time without footage and its cause: book 2, the coverage strip and the manifest read it."""

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="gaps")
    cause = models.CharField(_("sebab"), max_length=10, choices=GapCause.choices)
    started_at = models.DateTimeField(_("mulai"))
    ended_at = models.DateTimeField(_("selesai"), null=True)
    detail = models.CharField(_("keterangan"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rekaman terputus")
        verbose_name_plural = _("rekaman terputus")
        ordering = ("-started_at",)
        constraints = [
            models.CheckConstraint(
                name="gap_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(name="gap_cause_known", condition=Q(cause__in=GapCause.values)),
            models.UniqueConstraint(
                fields=["camera"], name="gap_one_open_a_camera", condition=Q(ended_at=None)
            ),
        ]
        indexes = [models.Index(fields=["camera", "started_at"], name="gap_camera_start")]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.get_cause_display()}"
