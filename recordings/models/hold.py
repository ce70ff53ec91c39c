from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera
from recordings.enums import HoldKind, OrderAct, OrderState


class HoldOrder(models.Model):
    """Footage that a person wants kept: why, who looks again, until when (security.md 2, row 22).

    Proposed by an officer or auditor, or given by an approver at once; in force it holds through
    one Hold a camera. It ends by itself at `until`, or earlier by two persons. What was ordered
    never changes; only `until` may move, and only onward (migration 0007_hold_by_hand).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=8, choices=OrderState.choices)
    title = models.CharField(_("perihal"), max_length=120)
    reason = models.CharField(_("alasan"), max_length=500)
    cameras = models.ManyToManyField(Camera, related_name="+")
    starts_at = models.DateTimeField(_("mulai"))
    ends_at = models.DateTimeField(_("selesai"))
    until = models.DateTimeField(_("ditahan sampai"))
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ordered_at = models.DateTimeField(null=True)
    over_quota = models.BooleanField(default=False)
    release_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("penahanan dengan tangan")
        verbose_name_plural = _("penahanan dengan tangan")
        ordering = ("until",)
        indexes = [
            models.Index(fields=["until"], name="order_in_force", condition=Q(state="IN_FORCE"))
        ]
        constraints = [
            models.CheckConstraint(
                name="order_state_known", condition=Q(state__in=OrderState.values)
            ),
            models.CheckConstraint(
                name="order_says_what_and_why", condition=~Q(title="") & ~Q(reason="")
            ),
            models.CheckConstraint(
                name="order_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="order_until_lies_ahead", condition=Q(until__gt=F("asked_at"))
            ),
            models.CheckConstraint(
                name="order_in_force_says_by_whom",
                condition=Q(state__in=["PROPOSED", "DECLINED"])
                | Q(ordered_by__isnull=False, ordered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_ended_says_when",
                condition=Q(state__in=["PROPOSED", "IN_FORCE"], ended_at=None)
                | Q(state__in=["DECLINED", "RELEASED", "LAPSED"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="order_released_by_two_persons",
                condition=~Q(state="RELEASED")
                | Q(release_asked_by__isnull=False, released_by__isnull=False)
                & ~Q(released_by=F("release_asked_by")),
            ),
            models.CheckConstraint(
                name="order_lapsed_at_its_end",
                condition=~Q(state="LAPSED") | Q(ended_at__gte=F("until")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OrderStep(models.Model):
    """One line of an order's history; never changed, never removed (trigger)."""

    order = models.ForeignKey(HoldOrder, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=9, choices=OrderAct.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(name="step_act_known", condition=Q(act__in=OrderAct.values)),
            models.CheckConstraint(
                name="step_says_why",
                condition=~Q(act__in=["DECLINED", "PROLONGED", "ASKED", "KEPT"]) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_act_display())


class Hold(models.Model):
    """Footage of one camera that nothing may remove until the hold is released.

    `reference` says for what: the uuid of a request, of an export, or of the `order`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="holds")
    starts_at = models.DateTimeField(_("mulai"))
    ends_at = models.DateTimeField(_("sampai"))
    kind = models.CharField(_("jenis"), max_length=7, choices=HoldKind.choices)
    reference = models.CharField(max_length=80)
    order = models.ForeignKey(HoldOrder, models.PROTECT, null=True, related_name="holds")
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
            models.CheckConstraint(
                name="hold_by_hand_has_its_order",
                condition=Q(kind="MANUAL", order__isnull=False) | ~Q(kind="MANUAL") & Q(order=None),
            ),
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
