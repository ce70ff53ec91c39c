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


class Damage(TextChoices):
    """Why footage that should be there cannot be shown; the row and the file stay as they are."""

    MISSING = "MISSING", _("Berkasnya hilang")
    CHANGED = "CHANGED", _("Isinya berubah")
    UNREADABLE = "UNREADABLE", _("Berkasnya tidak terbaca")
    KEYLESS = "KEYLESS", _("Kuncinya hilang")


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
    MANUAL = "MANUAL", _("Ditahan dengan tangan")


class OrderState(TextChoices):
    """PROPOSED -> IN_FORCE | DECLINED; IN_FORCE -> LAPSED by itself, RELEASED by two persons."""

    PROPOSED = "PROPOSED", _("Diusulkan")
    IN_FORCE = "IN_FORCE", _("Ditahan")
    DECLINED = "DECLINED", _("Usulan ditolak")
    RELEASED = "RELEASED", _("Dilepas lebih awal")
    LAPSED = "LAPSED", _("Berakhir pada waktunya")


class OrderAct(TextChoices):
    """What was done to an order to hold; each a line of its history."""

    PROPOSED = "PROPOSED", _("Penahanan diusulkan")
    ORDERED = "ORDERED", _("Rekaman ditahan")
    DECLINED = "DECLINED", _("Usulan ditolak")
    PROLONGED = "PROLONGED", _("Penahanan diperpanjang")
    RELEASE_ASKED = "ASKED", _("Pelepasan diminta")
    RELEASE_DECLINED = "KEPT", _("Pelepasan tidak disetujui, tetap ditahan")
    RELEASED = "RELEASED", _("Pelepasan disetujui, rekaman dilepas")
    LAPSED = "LAPSED", _("Penahanan berakhir pada waktunya")


class Purpose(TextChoices):
    """Which of the two fates of the SOP the footage has (steps 4 and 5)."""

    ASSESSMENT = "ASSESSMENT", _("Asesmen")
    SECURITY = "SECURITY", _("Keamanan")


class ChangeKind(TextChoices):
    """What a change of retention is about."""

    NEW = "NEW", _("Masa simpan baru")
    TERM = "TERM", _("Perubahan masa simpan")
    MOVE = "MOVE", _("Kamera pindah masa simpan")


class ChangeState(TextChoices):
    """REQUESTED -> CONFIRMED -> APPLYING -> DONE; CANCELLED until it is applied."""

    REQUESTED = "REQUESTED", _("Menunggu persetujuan")
    CONFIRMED = "CONFIRMED", _("Dalam masa tunggu")
    APPLYING = "APPLYING", _("Sedang diterapkan")
    DONE = "DONE", _("Berlaku")
    CANCELLED = "CANCELLED", _("Dibatalkan")


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


class AlarmKind(TextChoices):
    """What a person has to know. recordings/alarm_texts.py says each, and what to do about it."""

    SILENT_CAMERA = "SILENT_CAMERA", _("Kamera tanpa gambar")
    SILENT_MANY = "SILENT_MANY", _("Banyak kamera berhenti bersamaan")
    UNSEALED = "UNSEALED", _("Rekaman tidak tercatat")
    RATE_UNUSUAL = "RATE_UNUSUAL", _("Besar rekaman tidak seperti biasanya")
    LATE_EXPIRY = "LATE_EXPIRY", _("Rekaman tersimpan melewati masa simpan")
    DOOMED_STUCK = "DOOMED_STUCK", _("Penghapusan berhenti di tengah jalan")
    PURGE_STOPPED = "PURGE_STOPPED", _("Penghapusan berhenti dan menunggu pemeriksaan")
    FORECAST_LOW = "FORECAST_LOW", _("Media simpan segera penuh")
    BELOW_FLOOR = "BELOW_FLOOR", _("Media simpan penuh")
    DISK = "DISK", _("Media simpan tidak dapat dipakai")
    DATABASE_AWAY = "DATABASE_AWAY", _("Basis data tidak terjangkau")
    DAMAGED = "DAMAGED", _("Rekaman rusak atau diubah")
    UNEXPLAINED = "UNEXPLAINED", _("Berkas atau catatan yang tidak dapat dijelaskan")
    HOLD_QUOTA = "HOLD_QUOTA", _("Rekaman yang ditahan terlalu banyak")
    HOLD_ENDING = "HOLD_ENDING", _("Penahanan segera berakhir")
    JOB_GAVE_UP = "JOB_GAVE_UP", _("Pekerjaan latar berhenti")
    JOBS_WAITING = "JOBS_WAITING", _("Pekerjaan latar tidak dijalankan")
    WATCH_SILENT = "WATCH_SILENT", _("Penjaga rekaman tidak berjalan")
