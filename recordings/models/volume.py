from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera
from recordings.models.retention import RetentionPolicy


class Volume(models.Model):
    """A folder of one node that holds footage, known by the marker file with this row's uuid.

    A mount point without its disk has no marker: nothing is written and nothing is purged there
    (recording.md, traps 10 and 14).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(_("nama"), max_length=80, unique=True)
    node = models.CharField(_("komputer"), max_length=60)
    path = models.CharField(_("folder"), max_length=300)
    reserve_bytes = models.BigIntegerField(_("ruang cadangan"), default=0)

    class Meta:
        verbose_name = _("media simpan")
        verbose_name_plural = _("media simpan")
        ordering = ("label",)
        constraints = [
            models.UniqueConstraint(fields=["node", "path"], name="volume_place_once"),
            models.CheckConstraint(
                name="volume_reserve_positive", condition=Q(reserve_bytes__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.label


class RecordingPlan(models.Model):
    """Where a camera's footage goes, under which policy it stays, and who records it just now.

    `owner`, `lease_until` and `fence` are the lease of one recorder node: the fence counts the
    take-overs and goes into every segment that an owner prepares (design.md 6).
    """

    camera = models.OneToOneField(Camera, models.PROTECT, related_name="plan", primary_key=True)
    volume = models.ForeignKey(Volume, models.PROTECT, verbose_name=_("media simpan"))
    policy = models.ForeignKey(
        RetentionPolicy, models.PROTECT, related_name="plans", verbose_name=_("masa simpan")
    )
    owner = models.CharField(max_length=80, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    fence = models.BigIntegerField(default=0, editable=False)
    last_frame_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("rencana rekam")
        verbose_name_plural = _("rencana rekam")
        constraints = [
            models.CheckConstraint(
                name="plan_owner_has_lease",
                condition=Q(owner="", lease_until=None) | (~Q(owner="") & ~Q(lease_until=None)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.camera)

    @property
    def keep_for(self) -> timedelta:
        return self.policy.keep_for

    @property
    def legal_basis(self) -> str:
        return self.policy.legal_basis
