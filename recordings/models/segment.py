from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera
from recordings.enums import Damage, SegmentSource, SegmentState
from recordings.models.volume import Volume

KEPT = (SegmentState.READY, SegmentState.OVERLAP)
# What starts earlier than this before a range does not touch it; the recorder ends at ten minutes.
LONGEST_SEGMENT: Final = timedelta(minutes=15)


class Segment(models.Model):
    """About a minute of one camera: one encrypted file, one row, one key in the keystore.

    The key is found by (camera uuid, `key_day`, id) and never stands in the database. `started_at`
    is the time of the first frame; frame times are that plus pts. The row outlives the footage.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="segments")
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="segments")
    state = models.CharField(max_length=8, choices=SegmentState.choices)
    source = models.CharField(max_length=6, choices=SegmentSource.choices, default="LIVE")
    fence = models.BigIntegerField()
    key_day = models.DateField()
    prepared_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    bytes = models.BigIntegerField(default=0)
    frames = models.IntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    codec = models.CharField(max_length=8, blank=True)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    camera_clock_error_s = models.FloatField(null=True)
    doomed_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)
    purge_run = models.ForeignKey(
        "recordings.PurgeRun", models.PROTECT, null=True, related_name="segments"
    )
    # The hour's seal that this row's facts went into. Found by camera and hour, so without index.
    custody = models.ForeignKey(
        "recordings.CustodyRoot", models.PROTECT, null=True, related_name="sealed", db_index=False
    )
    # Found by the daily look at the store; cleared again should the file turn out sound.
    damaged_at = models.DateTimeField(null=True)
    damage = models.CharField(
        max_length=10, choices=Damage.choices, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("potongan rekaman")
        verbose_name_plural = _("potongan rekaman")
        constraints = [
            models.CheckConstraint(
                name="segment_state_known", condition=Q(state__in=SegmentState.values)
            ),
            models.CheckConstraint(
                name="segment_kept_is_whole",
                condition=~Q(state__in=["READY", "OVERLAP", "DOOMED", "PURGED"])
                | Q(
                    started_at__isnull=False,
                    ended_at__gt=F("started_at"),
                    expires_at__isnull=False,
                    bytes__gt=0,
                    frames__gt=0,
                    sha256__regex="^[0-9a-f]{64}$",
                    codec__in=["h264", "h265"],
                ),
            ),
            models.CheckConstraint(
                name="segment_not_too_long",
                condition=Q(ended_at__lte=F("started_at") + LONGEST_SEGMENT),
            ),
            models.CheckConstraint(
                name="segment_purged_says_when",
                condition=~Q(state="PURGED")
                | Q(purged_at__isnull=False, purge_run__isnull=False, doomed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="segment_damage_says_which",
                condition=Q(damaged_at=None, damage="")
                | Q(damaged_at__isnull=False, damage__in=Damage.values),
            ),
        ]
        indexes = [
            models.Index(fields=["camera", "started_at"], name="segment_camera_start"),
            models.Index(
                fields=["expires_at"],
                name="segment_expiry",
                condition=Q(state__in=["READY", "OVERLAP"]),
            ),
            models.Index(
                fields=["camera", "state"],
                name="segment_unfinished",
                condition=Q(state__in=["PREPARED", "OPEN", "DOOMED"]),
            ),
            models.Index(
                fields=["expires_at"],
                name="segment_remains",
                condition=Q(state__in=["LOST", "PREPARED"], purged_at=None),
            ),
            models.Index(
                fields=["camera", "started_at"],
                name="segment_unsealed",
                condition=Q(custody=None, state__in=["READY", "OVERLAP", "DOOMED", "PURGED"]),
            ),
            models.Index(
                fields=["damaged_at"], name="segment_damaged", condition=~Q(damaged_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.camera_id} {self.started_at}"

    @property
    def relative_path(self) -> str:
        """Below the volume, from ids and the day alone: no name of a person or room in it."""
        day = self.key_day
        return f"{self.camera.uuid}/{day:%Y/%m/%d}/{self.id}.mp4"
