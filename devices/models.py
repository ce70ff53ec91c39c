from __future__ import annotations

import re
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cctvportal.common.crypto import seal, unseal
from devices.enums import DeviceKind, IncidentCause, IncidentKind
from devices.rtsp import Endpoint, RtspError

_PORTS = [MinValueValidator(1), MaxValueValidator(65535)]
# Some makers put the password into the path.
_SECRETIVE = re.compile(r"pass|pwd|[=&@]", re.IGNORECASE)
_PURPOSE = "device-password"


class Room(models.Model):
    name = models.CharField(_("nama ruang"), max_length=80, unique=True)
    location = models.CharField(_("letak"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("ruang")
        verbose_name_plural = _("ruang")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class RoomKey(models.Model):
    """A physical key; who holds it is told by the hand-outs of the layer above."""

    room = models.ForeignKey(Room, models.PROTECT, related_name="keys", verbose_name=_("ruang"))
    label = models.CharField(_("tanda pada kunci"), max_length=40, unique=True)
    retired = models.BooleanField(_("tidak dipakai lagi"), default=False)

    class Meta:
        verbose_name = _("kunci ruang")
        verbose_name_plural = _("kunci ruang")
        ordering = ("label",)

    def __str__(self) -> str:
        return f"{self.label}, {self.room}"


class Device(models.Model):
    """An address on the camera network with its account; the password is sealed outside our dump.

    `clock_error_s` is device time minus ours, in seconds, at the last probe.
    """

    name = models.CharField(_("nama perangkat"), max_length=80, unique=True)
    kind = models.CharField(_("jenis"), max_length=5, choices=DeviceKind.choices)
    host = models.CharField(_("alamat"), max_length=255)
    onvif_port = models.PositiveIntegerField(_("port ONVIF"), default=80, validators=_PORTS)
    rtsp_port = models.PositiveIntegerField(_("port RTSP"), default=554, validators=_PORTS)
    username = models.CharField(_("nama pengguna"), max_length=64, blank=True)
    password_sealed = models.BinaryField(default=bytes, editable=False)
    manufacturer = models.CharField(_("pembuat"), max_length=80, blank=True)
    model = models.CharField(_("tipe"), max_length=80, blank=True)
    serial = models.CharField(_("nomor seri"), max_length=80, blank=True)
    clock_error_s = models.FloatField(_("selisih jam (detik)"), null=True, blank=True)

    class Meta:
        verbose_name = _("perangkat")
        verbose_name_plural = _("perangkat")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def told_address(self) -> dict[str, str | int]:
        """Where it answers, for the access book."""
        return {"host": self.host, "onvif_port": self.onvif_port, "rtsp_port": self.rtsp_port}

    @property
    def password(self) -> str:
        """Empty when none was set. Raises SealBroken under another master key."""
        sealed = bytes(self.password_sealed)
        return unseal(sealed, purpose=_PURPOSE) if sealed else ""

    @password.setter
    def password(self, value: str) -> None:
        self.password_sealed = seal(value, purpose=_PURPOSE) if value else b""


class Camera(models.Model):
    """One picture that is recorded. `stream_url` never holds a password."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    device = models.ForeignKey(Device, models.PROTECT, related_name="cameras")
    room = models.ForeignKey(Room, models.PROTECT, related_name="cameras", verbose_name=_("ruang"))
    name = models.CharField(_("nama kamera"), max_length=80, unique=True)
    stream_url = models.CharField(_("alamat gambar"), max_length=500)
    codec = models.CharField(_("kodek"), max_length=8, blank=True)
    width = models.PositiveIntegerField(_("lebar"), default=0)
    height = models.PositiveIntegerField(_("tinggi"), default=0)
    fps = models.FloatField(_("gambar per detik"), default=0)
    priority = models.PositiveSmallIntegerField(
        _("prioritas"), default=5, help_text=_("1 paling penting; berhenti paling akhir.")
    )
    enabled = models.BooleanField(_("direkam"), default=True)
    removed_at = models.DateTimeField(_("dilepas"), null=True, blank=True, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("kamera")
        verbose_name_plural = _("kamera")
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="camera_url_without_password", condition=~Q(stream_url__contains="@")
            ),
            models.CheckConstraint(
                name="camera_removed_is_off", condition=Q(removed_at=None) | Q(enabled=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """The device's password goes to the device's host and nowhere else."""
        try:
            host = Endpoint.parse(self.stream_url).host
        except RtspError as error:
            raise ValidationError({"stream_url": str(error)}) from None
        if host.lower() != self.device.host.lower():
            raise ValidationError(
                {"stream_url": _("Alamat gambar harus pada alamat perangkatnya.")}
            )

    @property
    def told_address(self) -> str:
        """host:port/path for the access book: no query, and no path where a password may be."""
        place = Endpoint.parse(self.stream_url)
        path = place.target.partition("?")[0]
        return f"{place.host}:{place.port}{'/...' if _SECRETIVE.search(path) else path}"


class Incident(models.Model):
    """A line of book 2 (kendala) or book 5 (keadaan kahar), open until `ended_at` is set."""

    kind = models.CharField(_("jenis"), max_length=13, choices=IncidentKind.choices)
    cause = models.CharField(_("sebab"), max_length=10, choices=IncidentCause.choices)
    cameras = models.ManyToManyField(Camera, blank=True, verbose_name=_("kamera"))
    started_at = models.DateTimeField(_("mulai"))
    ended_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    description = models.TextField(_("yang terjadi"), max_length=2000)
    action_taken = models.TextField(_("yang dilakukan"), max_length=2000, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("kejadian")
        verbose_name_plural = _("kejadian")
        ordering = ("-started_at",)
        constraints = [
            models.CheckConstraint(
                name="incident_ends_after_start",
                condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at")),
            ),
            models.CheckConstraint(
                name="incident_kind_known", condition=Q(kind__in=IncidentKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_cause_display()}"
