from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.jobs.models import Job
from devices.models import Camera
from recordings.enums import ExportState, MediumKind, Purpose


class Medium(models.Model):
    """A registered external disk, or a folder (demo, network share): a line of book 3.

    Known by the marker file that carries this row's uuid, before and after each writing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("jenis"), max_length=6, choices=MediumKind.choices)
    label = models.CharField(_("nomor stiker"), max_length=40, unique=True)
    serial = models.CharField(_("nomor seri"), max_length=80, blank=True)
    path = models.CharField(_("tempat terpasang"), max_length=300)
    owner = models.CharField(_("pemilik"), max_length=120)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(_("tidak dipakai lagi sejak"), null=True, blank=True)

    class Meta:
        verbose_name = _("hard disk")
        verbose_name_plural = _("hard disk")
        ordering = ("label",)

    def __str__(self) -> str:
        return self.label


class Export(models.Model):
    """One package on one medium, for one permit. `reference` is what the permit is about.

    The passphrase is sealed under a key outside the database and goes when the request closes.
    `stopped_at`: the permit ended, nothing more may be written. `wiped_at`: what a cancelled export
    had written is off the disk; until then `wipe_job` sees to it. Migration 0004_export_ends guards
    the states.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=80)
    number = models.CharField(_("nomor permohonan"), max_length=40)
    purpose = models.CharField(_("tujuan"), max_length=10, choices=Purpose.choices)
    starts_at = models.DateTimeField(_("mulai"))
    ends_at = models.DateTimeField(_("sampai"))
    valid_until = models.DateTimeField()
    medium = models.ForeignKey(Medium, models.PROTECT, related_name="exports")
    state = models.CharField(max_length=9, choices=ExportState.choices, default="QUEUED")
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    exported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    passphrase_sealed = models.BinaryField(default=bytes, editable=False)
    passphrase_shown_at = models.DateTimeField(null=True)
    folder = models.CharField(max_length=80, blank=True)
    bytes = models.BigIntegerField(default=0)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    read_back = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    queued_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    wiped_at = models.DateTimeField(null=True)
    wipe_job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("ekspor")
        verbose_name_plural = _("ekspor")
        ordering = ("-queued_at",)
        constraints = [
            models.CheckConstraint(
                name="export_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="export_state_known", condition=Q(state__in=ExportState.values)
            ),
            models.CheckConstraint(
                name="export_verified_is_whole",
                condition=~Q(state="VERIFIED")
                | Q(
                    verified_at__isnull=False,
                    bytes__gt=0,
                    manifest_sha256__regex="^[0-9a-f]{64}$",
                )
                & ~Q(read_back=""),
            ),
            models.UniqueConstraint(
                fields=["reference"],
                name="export_one_live_a_reference",
                condition=~Q(state__in=["FAILED", "CANCELLED"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ExportCamera(models.Model):
    export = models.ForeignKey(Export, models.CASCADE, related_name="cameras")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "camera"], name="export_camera_once")
        ]

    def __str__(self) -> str:
        return str(self.camera)
