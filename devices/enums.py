from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeviceKind(TextChoices):
    ONVIF = "ONVIF", _("ONVIF")
    RTSP = "RTSP", _("RTSP tanpa ONVIF")


class IncidentKind(TextChoices):
    """Book 2 (kendala rekaman) and book 5 (keadaan kahar) of the SOP."""

    FAULT = "FAULT", _("Kendala rekaman")
    FORCE_MAJEURE = "FORCE_MAJEURE", _("Keadaan kahar")


class IncidentCause(TextChoices):
    POWER = "POWER", _("Listrik padam")
    NETWORK = "NETWORK", _("Jaringan terputus")
    CAMERA = "CAMERA", _("Kamera rusak atau terhalang")
    DISK = "DISK", _("Media simpan penuh atau rusak")
    FLOOD = "FLOOD", _("Banjir")
    EARTHQUAKE = "EARTHQUAKE", _("Gempa bumi")
    FIRE = "FIRE", _("Kebakaran")
    OTHER = "OTHER", _("Lain-lain")
