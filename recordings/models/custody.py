from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera

_SHA256 = "^[0-9a-f]{64}$"


class CustodyRoot(models.Model):
    """One hour of one camera, sealed: the Merkle root over its segments' facts and hashes.

    Written with its line in the access book, and never changed (migration 0008_custody). A segment
    that is kept after its hour was sealed goes into the next root of that hour. `hour` is UTC.
    """

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="custody_roots")
    hour = models.DateTimeField()
    sequence = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    segments = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("segel jam")
        verbose_name_plural = _("segel jam")
        ordering = ("camera", "hour", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=["camera", "hour", "sequence"], name="custody_root_once"
            ),
            models.CheckConstraint(
                name="custody_root_is_whole",
                condition=Q(root__regex=_SHA256, sequence__gte=1, segments__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.hour:%Y-%m-%d %H} #{self.sequence}"


class CameraDay(models.Model):
    """What is left in the database of footage that was purged long ago: one camera's day, summed.

    `sha256` is the Merkle root over the hours' roots in their order (`roots` names them): each was
    computed anew from the rows just before these went, so it stands for their facts too. `runs`
    says how many segments and bytes of each purge run went in here. A part of a day that could
    only be folded later gets a line of its own. Times and `day` are UTC.
    """

    camera = models.ForeignKey(Camera, models.PROTECT, related_name="folded_days")
    day = models.DateField()
    sequence = models.PositiveIntegerField()
    segments = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    frames = models.BigIntegerField()
    seconds = models.FloatField()
    first = models.DateTimeField()
    last = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    roots = models.JSONField()
    runs = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("hari kamera")
        verbose_name_plural = _("hari kamera")
        ordering = ("camera", "day", "sequence")
        constraints = [
            models.UniqueConstraint(fields=["camera", "day", "sequence"], name="camera_day_once"),
            models.CheckConstraint(
                name="camera_day_is_whole",
                condition=Q(sha256__regex=_SHA256, sequence__gte=1, segments__gte=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.day}"


class Checkup(models.Model):
    """One day's look at the store of one node, and how far its slice of the files was read.

    `slice` counts from 0; `cursor` is the last segment that was read. `violations` is what the
    checker found at the day's beginning, None while it has not looked.
    """

    node = models.CharField(max_length=60)
    day = models.DateField()
    slice = models.PositiveSmallIntegerField()
    cursor = models.UUIDField(null=True)
    files = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    away = models.PositiveIntegerField(default=0)
    violations = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pemeriksaan harian")
        verbose_name_plural = _("pemeriksaan harian")
        ordering = ("-day", "node")
        constraints = [
            models.UniqueConstraint(fields=["node", "day"], name="checkup_once_a_day"),
            models.UniqueConstraint(
                fields=["node"], name="checkup_one_at_a_time", condition=Q(finished_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.day}"
