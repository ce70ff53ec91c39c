from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SegmentState(TextChoices):
    """PREPARED -> OPEN -> READY | OVERLAP -> DOOMED -> PURGED; LOST when nothing could be kept."""

    PREPARED = "PREPARED", _("Disiapkan")
    OPEN = "OPEN", _("Sedang direkam")
    READY = "READY", _("Tersimpan")
    OVERLAP = "OVERLAP", _("Tersimpan, tumpang tindih")
    DOOMED = "DOOMED", _("Sedang dihapus")
    PURGED = "PURGED", _("Dihapus")
    LOST = "LOST", _("Hilang")


class SegmentSource(TextChoices):
    LIVE = "LIVE", _("Direkam langsung")
    PULLED = "PULLED", _("Ditarik dari NVR")


class GapCause(TextChoices):
    OFFLINE = "OFFLINE", _("Kamera tidak tersambung")
    AUTH = "AUTH", _("Kata sandi kamera ditolak")
    STALLED = "STALLED", _("Gambar berhenti")
    NOT_VIDEO = "NOT_VIDEO", _("Kamera tidak mengirim gambar yang dapat direkam")
    CLOCK_JUMP = "CLOCK_JUMP", _("Jam kamera melompat")
    DISK = "DISK", _("Media simpan penuh atau tidak terpasang")
    RESTART = "RESTART", _("Perekam dimulai ulang")
    PLANNED = "PLANNED", _("Dimatikan dengan sengaja")


class HoldKind(TextChoices):
    REQUEST = "REQUEST", _("Permohonan")
    EXPORT = "EXPORT", _("Sedang diekspor")
    MANUAL = "MANUAL", _("Ditahan petugas")


class Purpose(TextChoices):
    """Which of the two fates of the SOP the footage has (steps 4 and 5)."""

    ASSESSMENT = "ASSESSMENT", _("Asesmen")
    SECURITY = "SECURITY", _("Keamanan")


class MediumKind(TextChoices):
    USB = "USB", _("Hard disk eksternal")
    FOLDER = "FOLDER", _("Folder")


class ExportState(TextChoices):
    QUEUED = "QUEUED", _("Menunggu giliran")
    WRITING = "WRITING", _("Sedang menyalin")
    VERIFYING = "VERIFYING", _("Sedang dibaca ulang")
    VERIFIED = "VERIFIED", _("Selesai, isi sudah dicocokkan")
    FAILED = "FAILED", _("Gagal")
    CANCELLED = "CANCELLED", _("Dibatalkan")


class ErasureState(TextChoices):
    REQUESTED = "REQUESTED", _("Menunggu persetujuan")
    CONFIRMED = "CONFIRMED", _("Dalam masa tunggu")
    RUNNING = "RUNNING", _("Sedang dihapus")
    DONE = "DONE", _("Kunci dimusnahkan, berkas dihapus")
    CANCELLED = "CANCELLED", _("Dibatalkan")


class PurgeKind(TextChoices):
    EXPIRY = "EXPIRY", _("Kedaluwarsa")
    ERASURE = "ERASURE", _("Pemusnahan sumber asesmen")


class PurgeState(TextChoices):
    RUNNING = "RUNNING", _("Berjalan")
    DONE = "DONE", _("Selesai")
    STOPPED = "STOPPED", _("Berhenti, perlu diperiksa")
