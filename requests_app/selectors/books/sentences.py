"""What each action of the access book says to a reader, and which lines belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from recordings.enums import PurgeKind
from requests_app.selectors.books.criteria import Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SENTENCES: Final[Mapping[str, _StrPromise]] = {
    "access.denied": _("Mencoba membuka yang bukan wewenangnya, ditolak"),
    "account.demo": _("Membuat akun contoh"),
    "account.added": _("Menambah pengguna"),
    "account.changed": _("Mengubah data pengguna"),
    "account.asked": _("Meminta persetujuan peran atau tautan kata sandi"),
    "account.confirmed": _("Menyetujui peran atau tautan kata sandi"),
    "account.first": _("Membuat akun pertama dari peladen"),
    "account.password_changed": _("Mengganti kata sandi sendiri"),
    "account.password_reset": _("Mengganti kata sandi lewat tautan"),
    "account.refused": _("Menolak peran atau tautan kata sandi"),
    "account.invited": _("Membuat tautan kata sandi baru"),
    "alarm.cleared": _("Alarm selesai"),
    "alarm.raised": _("Alarm"),
    "alarm.taken": _("Menyatakan menangani alarm"),
    "book.exported": _("Mengunduh buku sebagai CSV"),
    "book.viewed": _("Membaca buku"),
    "camera.added": _("Menambah kamera"),
    "camera.changed": _("Mengubah data kamera"),
    "camera.moved": _("Mengubah alamat gambar kamera"),
    "camera.planned": _("Menyiapkan perekaman kamera"),
    "camera.removed": _("Melepas kamera"),
    "custody.sealed": _("Menyegel satu jam rekaman sebuah kamera"),
    "decision.confirmed": _("Memastikan keputusan yang disampaikan lewat telepon"),
    "delegation.given": _("Menunjuk Plt. atau Plh."),
    "delegation.revoked": _("Mencabut penunjukan Plt. atau Plh."),
    "device.changed": _("Mengubah data perangkat"),
    "device.credential_set": _("Mengisi kata sandi perangkat"),
    "device.probed": _("Menguji sambungan perangkat"),
    "erasure.cancelled": _("Menghentikan pemusnahan sumber rekaman"),
    "erasure.confirmed": _("Menyetujui pemusnahan sumber rekaman"),
    "erasure.done": _("Memusnahkan sumber rekaman: kunci dimusnahkan, berkas dihapus"),
    "erasure.requested": _("Meminta pemusnahan sumber rekaman"),
    "erasure.retried": _("Melanjutkan pemusnahan sumber rekaman"),
    "export.cancelled": _("Membatalkan ekspor ke hard disk"),
    "export.failed": _("Ekspor ke hard disk gagal"),
    "export.passphrase_destroyed": _("Memusnahkan sandi paket"),
    "export.passphrase_shown": _("Menampilkan sandi paket satu kali"),
    "export.queued": _("Memulai ekspor ke hard disk"),
    "export.retried": _("Mengulang ekspor ke hard disk"),
    "export.stopped": _("Menghentikan ekspor karena izin berakhir"),
    "export.wipe_retried": _("Menghapus lagi salinan di hard disk yang kembali"),
    "export.copy_lost": _("Menyatakan hard disk hilang, salinannya tidak dapat dihapus"),
    "export.wiped": _("Menghapus salinan dari hard disk"),
    "export.verified": _("Ekspor selesai, isi hard disk dibaca ulang dan cocok"),
    "footage.damaged": _("Rekaman tidak sama dengan saat direkam, tidak ditampilkan"),
    "footage.folded": _("Meringkas satu hari rekaman yang sudah lama dihapus"),
    "footage.purged": _("Menghapus rekaman"),
    "footage.remains_purged": _("Menghapus sisa rekaman yang rusak"),
    "footage.strays_purged": _("Menghapus berkas yang disisihkan"),
    "footage.viewed": _("Memutar rekaman di ruang periksa"),
    "hold.asked": _("Meminta pelepasan penahanan rekaman"),
    "hold.declined": _("Menolak usulan penahanan rekaman"),
    "hold.kept": _("Tidak menyetujui pelepasan, rekaman tetap ditahan"),
    "hold.lapsed": _("Penahanan rekaman berakhir pada waktunya"),
    "hold.ordered": _("Menahan rekaman dengan tangan"),
    "hold.proposed": _("Mengusulkan penahanan rekaman"),
    "hold.prolonged": _("Memperpanjang penahanan rekaman"),
    "hold.let_go": _("Menyetujui pelepasan penahanan rekaman"),
    "hold.placed": _("Menahan rekaman supaya tidak terhapus"),
    "hold.released": _("Melepas penahanan rekaman"),
    "incident.closed": _("Menutup kendala atau keadaan kahar"),
    "incident.opened": _("Mencatat kendala atau keadaan kahar"),
    "key.handed": _("Menyerahkan kunci ruang rekaman"),
    "key.received": _("Memastikan menerima kunci ruang rekaman"),
    "key.return_confirmed": _("Memastikan mengembalikan kunci ruang rekaman"),
    "key.returned": _("Menerima kembali kunci ruang rekaman"),
    "login.done": _("Masuk ke portal"),
    "login.failed": _("Gagal masuk ke portal"),
    "logout.done": _("Keluar dari portal"),
    "medium.changed": _("Mengubah data hard disk"),
    "medium.registered": _("Mendaftarkan hard disk"),
    "paper.downloaded": _("Mengunduh naskah"),
    "plan.changed": _("Mengubah masa simpan"),
    "policy.added": _("Membuat masa simpan"),
    "policy.camera_moved": _("Memindahkan kamera ke masa simpan lain"),
    "policy.change_applied": _("Perubahan masa simpan selesai diterapkan"),
    "policy.change_asked": _("Meminta perubahan masa simpan"),
    "policy.change_cancelled": _("Membatalkan perubahan masa simpan"),
    "policy.change_confirmed": _("Menyetujui perubahan masa simpan"),
    "policy.change_retried": _("Melanjutkan perubahan masa simpan"),
    "policy.changed": _("Mengubah masa simpan atas persetujuan dua orang"),
    "policy.terms_moved": _("Menyesuaikan masa simpan rekaman yang sudah ada"),
    "purge.certified": _("Membuat keterangan penghapusan harian"),
    "plan.moved": _("Memindahkan perekaman kamera ke media simpan lain"),
    "purge.resumed": _("Melanjutkan penghapusan setelah memeriksa"),
    "purge.stopped": _("Penghapusan berhenti, perlu diperiksa"),
    "segment.damaged": _("Rekaman ditemukan rusak, tidak dihapus"),
    "segment.erased_again": _("Membuang rekaman yang muncul lagi di waktu yang sudah dimusnahkan"),
    "segment.overlaps": _("Menyimpan rekaman yang tumpang tindih"),
    "segment.salvaged": _("Menyelamatkan potongan rekaman yang belum tertutup"),
    "segment.sound": _("Rekaman yang ditandai rusak ternyata utuh"),
    "store.checked": _("Pemeriksaan harian rekaman selesai"),
    "request.approved": _("Menyetujui permohonan"),
    "request.begun": _("Mulai menulis permohonan"),
    "request.closed": _("Permohonan selesai"),
    "request.confirmed": _("Memastikan permohonan yang dicatat petugas"),
    "request.discarded": _("Membuang permohonan yang belum dikirim"),
    "request.edited": _("Mengubah permohonan yang belum dikirim"),
    "request.erased": _("Sumber rekaman dinyatakan musnah"),
    "request.export_started": _("Memulai perekaman ke hard disk untuk permohonan"),
    "request.export_retried": _("Mengulang perekaman ke hard disk untuk permohonan"),
    "request.exported": _("Rekaman sudah ada di hard disk"),
    "request.handed": _("Menyerahkan hard disk"),
    "request.handed_over": _("Menerima hard disk dan menyatakan kerahasiaan"),
    "request.issued": _("Memberikan sandi ruang periksa"),
    "request.lapsed": _("Izin lewat waktu"),
    "request.letter_attached": _("Melampirkan surat"),
    "request.refused": _("Menolak permohonan"),
    "request.reissued": _("Memberikan sandi ruang periksa pengganti"),
    "request.revoked": _("Mencabut izin"),
    "request.submitted": _("Mengajukan permohonan"),
    "request.validated": _("Menelepon untuk memastikan kegiatan"),
    "request.withdrawn": _("Menarik permohonan"),
    "room.added": _("Menambah ruang"),
    "room.changed": _("Mengubah data ruang"),
    "room.opened": _("Membuka ruang periksa dengan sandi"),
    "room.refused": _("Salah memasukkan sandi ruang periksa"),
    "roomkey.added": _("Mendaftarkan kunci ruang"),
    "roomkey.changed": _("Mengubah data kunci ruang"),
    "volume.added": _("Menambah media simpan"),
    "volume.changed": _("Mengubah data media simpan"),
}

# Beginnings of actions. What the portal did by itself to holds is not an access; what expired by
# itself has a kind of its own, and an erasure stands as "erasure.done" alone.
_ROOM: Final = ("key.", "room.opened", "room.refused", "request.issued", "request.reissued")
_FOOTAGE: Final = (
    "room.",
    "export.",
    "medium.",
    "request.exported",
    "request.handed",
    "erasure.",
    "footage.viewed",
    "footage.damaged",
)
BEGINNINGS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.ACCESS: ("access.", *dict.fromkeys((*_ROOM, *_FOOTAGE))),
    Kind.ROOM: _ROOM,
    Kind.FOOTAGE: _FOOTAGE,
    Kind.REQUEST: ("request.", "decision.", "erasure."),
    Kind.PEOPLE: ("login.", "logout.", "account.", "delegation.", "access."),
    Kind.PURGE: ("footage.purged", "footage.remains_purged", "footage.strays_purged", "purge."),
    Kind.ALL: (),
}
# What these kinds leave out although its beginning fits: the act itself is told elsewhere.
TOLD_ELSEWHERE: Final[Mapping[Kind, Q]] = {
    Kind.REQUEST: Q(action="request.erased"),
    Kind.PURGE: Q(facts__has_key="kind", facts__kind=PurgeKind.ERASURE),
}


_STILL: Final = _("Melihat gambar diam di ruang periksa")


def sentence(action: str, facts: Mapping[str, Any]) -> str:
    """The action as a plain sentence; one that nobody has worded yet becomes readable words."""
    known = _STILL if facts.get("way") == "still" else SENTENCES.get(action)
    return str(known) if known else action.replace(".", ": ", 1).replace("_", " ").capitalize()
