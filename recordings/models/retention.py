from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.jobs.models import Job
from devices.models import Camera
from recordings.enums import ChangeKind, ChangeState, Purpose

# Asked, agreed to or being carried out: what the next change of the same thing waits for.
OPEN: Final = (ChangeState.REQUESTED, ChangeState.CONFIRMED, ChangeState.APPLYING)
_OPEN: Final = [state.value for state in OPEN]


class RetentionPolicy(models.Model):
    """How long a group of cameras keeps its footage, for which purpose, and on what ground.

    Its cameras are the plans that name it. `version` counts the terms it had; the one of now holds
    since `in_force_since`. What an assessment records goes by its own erasure (SOP step 4): its
    term is only the longest that the footage may stay.
    """

    name = models.CharField(_("nama"), max_length=80, unique=True)
    purpose = models.CharField(_("tujuan"), max_length=10, choices=Purpose.choices)
    keep_for = models.DurationField(_("masa simpan"))
    legal_basis = models.CharField(_("dasar masa simpan"), max_length=200)
    version = models.PositiveIntegerField(default=1)
    in_force_since = models.DateTimeField(_("berlaku sejak"))

    class Meta:
        verbose_name = _("masa simpan")
        verbose_name_plural = _("masa simpan")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="policy_keeps_at_least_a_minute",
                condition=Q(keep_for__gte=timedelta(minutes=1)),
            ),
            models.CheckConstraint(
                name="policy_purpose_known", condition=Q(purpose__in=Purpose.values)
            ),
            models.CheckConstraint(
                name="policy_has_a_name_and_a_ground", condition=~Q(name="") & ~Q(legal_basis="")
            ),
            models.CheckConstraint(name="policy_version_counts", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class PolicyChange(models.Model):
    """A new policy, another term of one, or a camera that goes over to another one.

    Asked by the officer with a reason; a second person, an approver, agrees; the system carries
    it out at `due_at`. `asked_impact` and `agreed_impact` are what either of them was shown.
    `policy` is what changes, or where the camera goes; a new one is made when it is carried out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=4, choices=ChangeKind.choices)
    state = models.CharField(max_length=9, choices=ChangeState.choices, default="REQUESTED")
    policy = models.ForeignKey(RetentionPolicy, models.PROTECT, null=True, related_name="changes")
    camera = models.ForeignKey(Camera, models.PROTECT, null=True, related_name="+")
    # Where the camera comes from, so that a reader sees it also afterwards.
    from_policy = models.ForeignKey(RetentionPolicy, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("nama"), max_length=80, blank=True)
    purpose = models.CharField(_("tujuan"), max_length=10, choices=Purpose.choices, blank=True)
    keep_before = models.DurationField(null=True)
    keep_for = models.DurationField(_("masa simpan"))
    legal_basis = models.CharField(_("dasar masa simpan"), max_length=200)
    reason = models.CharField(_("alasan"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_impact = models.JSONField(default=dict)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    agreed_impact = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    moved = models.BigIntegerField(default=0)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("perubahan masa simpan")
        verbose_name_plural = _("perubahan masa simpan")
        ordering = ("-asked_at",)
        constraints = [
            models.CheckConstraint(
                name="change_kind_known", condition=Q(kind__in=ChangeKind.values)
            ),
            models.CheckConstraint(
                name="change_state_known", condition=Q(state__in=ChangeState.values)
            ),
            models.CheckConstraint(
                name="change_by_two_persons",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="change_agreed_before_it_runs",
                condition=Q(state__in=["REQUESTED", "CANCELLED"])
                | Q(
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                    agreed_impact__isnull=False,
                    due_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="change_says_what_it_is_about",
                condition=Q(kind="NEW", camera=None) & ~Q(name="") & ~Q(purpose="")
                | Q(kind="TERM", camera=None, policy__isnull=False)
                | Q(kind="MOVE", camera__isnull=False, policy__isnull=False),
            ),
            models.CheckConstraint(
                name="change_keeps_at_least_a_minute",
                condition=Q(keep_for__gte=timedelta(minutes=1)),
            ),
            models.CheckConstraint(
                name="change_has_a_ground_and_a_reason",
                condition=~Q(legal_basis="") & ~Q(reason=""),
            ),
            models.UniqueConstraint(
                name="change_one_open_a_policy",
                fields=["policy"],
                condition=Q(kind="TERM", state__in=_OPEN),
            ),
            models.UniqueConstraint(
                name="change_one_open_a_camera",
                fields=["camera"],
                condition=Q(kind="MOVE", state__in=_OPEN),
            ),
            models.UniqueConstraint(
                name="change_one_open_a_new_name",
                fields=["name"],
                condition=Q(kind="NEW", state__in=_OPEN),
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.policy)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in {ChangeState.REQUESTED, ChangeState.CONFIRMED}


class PurgeDay(models.Model):
    """The certificate of one day (WIB) on which footage expired: what went, and how.

    Made once, after the day ended, and never changed. `cameras` has one entry a camera: id, name,
    segments, bytes, from, until. `fingerprint`: SHA-256 over the segments' SHA-256, one a line, by
    camera and time, so that a list of what went can be held against it later. `slowest_s`: how
    long after its term the last of those that nobody had held went.
    """

    day = models.DateField(_("hari"), primary_key=True)
    segments = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    cameras = models.JSONField()
    runs = models.PositiveIntegerField()
    remains = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField()
    epoch_before = models.BigIntegerField(null=True)
    epoch_after = models.BigIntegerField(null=True)
    fingerprint = models.CharField(max_length=64)
    slowest_s = models.FloatField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("keterangan penghapusan harian")
        verbose_name_plural = _("keterangan penghapusan harian")
        ordering = ("-day",)
        constraints = [
            models.CheckConstraint(
                name="purge_day_tells_of_something",
                condition=Q(segments__gt=0) | Q(remains__gt=0),
            ),
            models.CheckConstraint(
                name="purge_day_has_its_fingerprint",
                condition=Q(fingerprint__regex="^[0-9a-f]{64}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
