from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recordings.models.volume import Volume


class RecorderNode(models.Model):
    """A computer that runs a recorder. All times are the database's.

    `seen_at`: when its recorder last reached the database, None once it stopped in order.
    `since`: up without a break from then on. A node that is up gets its own cameras back.
    """

    name = models.CharField(_("komputer"), max_length=60, primary_key=True)
    seen_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("komputer perekam")
        verbose_name_plural = _("komputer perekam")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class ReconcileRun(models.Model):
    """One comparison of a volume with its rows, and how far it is.

    A run that was killed goes on behind `cursor`; `found` holds its counts and, under
    "unexplained", what nobody can explain.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volume = models.ForeignKey(Volume, models.CASCADE, related_name="reconciles")
    started_at = models.DateTimeField(_("mulai"))
    finished_at = models.DateTimeField(_("selesai"), null=True)
    cursor = models.CharField(max_length=120, blank=True)
    found = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("pencocokan media simpan")
        verbose_name_plural = _("pencocokan media simpan")
        ordering = ("-started_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["volume"],
                name="reconcile_one_under_way_a_volume",
                condition=Q(finished_at=None),
            )
        ]
        indexes = [models.Index(fields=["volume", "-started_at"], name="reconcile_latest")]

    def __str__(self) -> str:
        return f"{self.volume} {self.started_at:%Y-%m-%d %H:%M}"
