from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.jobs.models import Job
from devices.models import Incident
from recordings.enums import ErasureState, PurgeKind, PurgeState
from recordings.models.export import Export


class Erasure(models.Model):
    """The source of an assessment that goes after the hand-over (SOP step 4).

    Asked for by the officer, confirmed by an approver, carried out after `due_at`. The times and
    epochs are what the Berita Acara Pemusnahan says. One that an approver cancelled stays on
    record; after it another may be asked for, so an export has at most one that lives.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    export = models.ForeignKey(Export, models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=9, choices=ErasureState.choices, default="REQUESTED")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("pemusnahan")
        verbose_name_plural = _("pemusnahan")
        ordering = ("-requested_at",)
        constraints = [
            models.CheckConstraint(
                name="erasure_by_two_persons",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="erasure_confirmed_before_it_runs",
                condition=Q(state__in=["REQUESTED", "CANCELLED"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="erasure_state_known", condition=Q(state__in=ErasureState.values)
            ),
            models.CheckConstraint(
                name="erasure_cancelled_says_why",
                condition=Q(cancelled_by=None, cancelled_at=None, cancel_reason="")
                & ~Q(state="CANCELLED")
                | Q(state="CANCELLED", cancelled_by__isnull=False, cancelled_at__isnull=False)
                & ~Q(cancel_reason=""),
            ),
            models.UniqueConstraint(
                fields=["export"],
                name="erasure_one_live_an_export",
                condition=~Q(state="CANCELLED"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.export)


class PurgeRun(models.Model):
    """One passage through the gate: what was planned, what went, between which key epochs.

    One that STOPPED for its size keeps the gate shut for expiry until an approver resumes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=7, choices=PurgeKind.choices)
    erasure = models.ForeignKey(Erasure, models.PROTECT, null=True, related_name="runs")
    state = models.CharField(max_length=7, choices=PurgeState.choices, default="RUNNING")
    reason = models.CharField(max_length=200, blank=True)
    segments_purged = models.IntegerField(default=0)
    bytes_purged = models.BigIntegerField(default=0)
    held_back = models.IntegerField(default=0)
    epoch_before = models.BigIntegerField(null=True)
    epoch_after = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    resumed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("penghapusan")
        verbose_name_plural = _("penghapusan")
        ordering = ("-started_at",)
        constraints = [
            models.CheckConstraint(name="purge_kind_known", condition=Q(kind__in=PurgeKind.values)),
            models.CheckConstraint(
                name="purge_erasure_has_its_paper",
                condition=(Q(kind="ERASURE") & ~Q(erasure=None))
                | (~Q(kind="ERASURE") & Q(erasure=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_at:%Y-%m-%d %H:%M}"


class LostCopy(models.Model):
    """A cancelled export's copy that cannot be wiped, because its disk is lost.

    The officer says so in a statement, once; book 2 has it as `incident`. Should the disk turn up,
    the wipe goes on and the export's `wiped_at` tells.
    """

    export = models.OneToOneField(Export, models.PROTECT, related_name="lost_copy")
    incident = models.OneToOneField(Incident, models.PROTECT, related_name="+")
    statement = models.CharField(_("keterangan"), max_length=500)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Meta:
        verbose_name = _("salinan pada hard disk yang hilang")
        verbose_name_plural = _("salinan pada hard disk yang hilang")
        constraints = [
            models.CheckConstraint(name="lost_copy_says_how", condition=~Q(statement=""))
        ]

    def __str__(self) -> str:
        return str(self.export)
