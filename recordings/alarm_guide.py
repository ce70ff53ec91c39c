"""Each alarm step by step, for somebody who meets it for the first time (page "Petunjuk alarm").

`means`: what it means for the footage. `steps`: what to do, in order. `call`: when to call whom.
docs/troubleshoot.md holds the same with commands and reasons, for the administrator.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from recordings.enums import AlarmKind as Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Guide:
    means: _StrPromise
    steps: tuple[_StrPromise, ...]
    call: _StrPromise


_IT: Final = _("Hubungi admin TI bila langkah ini tidak menolong.")
_IT_NOW: Final = _("Hubungi admin TI sekarang juga: selama alarm ini ada, rekaman hilang.")

GUIDE: Final[Mapping[Kind, Guide]] = {
    Kind.SILENT_CAMERA: Guide(
        _("Kamera ini tidak terekam. Waktu yang terlewat tidak dapat dikembalikan."),
        (
            _("Lihat kamera di tempatnya: apakah lampunya menyala dan kabelnya terpasang?"),
            _("Cabut dan pasang kembali listrik kamera itu, lalu tunggu dua menit."),
            _("Bila kata sandinya baru diganti, perbarui di halaman perangkat."),
            _("Catat kejadiannya di Kendala dan kahar, juga bila sudah pulih."),
        ),
        _IT,
    ),
    Kind.SILENT_MANY: Guide(
        _("Banyak kamera berhenti pada saat yang sama, jadi sebabnya hampir pasti satu."),
        (
            _("Periksa listrik dan lampu sakelar jaringan di ruang peladen."),
            _("Periksa apakah komputer perekam menyala dan terhubung ke jaringan kamera."),
            _("Bila listrik gedung padam, catat sebagai keadaan kahar."),
        ),
        _IT_NOW,
    ),
    Kind.UNSEALED: Guide(
        _(
            "Gambar sampai di komputer perekam, tetapi catatannya tidak dibuat. Berkasnya "
            "mungkin ada."
        ),
        (
            _("Periksa apakah ada alarm lain tentang media simpan atau basis data."),
            _("Admin TI menjalankan manage.py reconcile di komputer perekam."),
            _(
                "Bila alarm tetap ada, admin TI membaca catatan proses recorder dan "
                "menghidupkannya ulang."
            ),
        ),
        _IT_NOW,
    ),
    Kind.RATE_UNUSUAL: Guide(
        _(
            "Gambar yang gelap, tertutup, atau diam memakai ruang jauh lebih sedikit; yang "
            "rusak jauh lebih banyak."
        ),
        (
            _("Lihat kamera di tempatnya: tertutup, bergeser, kotor, atau lampunya mati?"),
            _("Tanyakan apakah pengaturan gambar kamera itu diubah orang."),
            _(
                "Bila memang sengaja diubah, biarkan: dalam beberapa hari besar yang baru "
                "menjadi biasa."
            ),
        ),
        _IT,
    ),
    Kind.LATE_EXPIRY: Guide(
        _("Rekaman disimpan lebih lama daripada yang diizinkan. Itu melanggar masa simpan."),
        (
            _("Lihat apakah ada alarm Penghapusan berhenti, dan selesaikan itu dahulu."),
            _("Lihat apakah media simpan yang memuat rekaman itu terpasang."),
            _(
                "Admin TI menjalankan manage.py purge; perintah itu menyebut alasannya bila "
                "menolak."
            ),
        ),
        _IT,
    ),
    Kind.DOOMED_STUCK: Guide(
        _("Penghapusan sudah dimulai dan tidak selesai. Rekaman itu tidak dapat diputar lagi."),
        (
            _("Periksa apakah media simpannya terpasang dan dapat ditulis."),
            _("Setelah media kembali, tunggu putaran berikutnya: paling lama seperempat jam."),
            _("Jangan menghapus berkasnya dengan tangan."),
        ),
        _IT,
    ),
    Kind.PURGE_STOPPED: Guide(
        _(
            "Portal menolak menghapus karena jam komputer meragukan atau jumlahnya jauh di "
            "atas biasanya."
        ),
        (
            _("Bandingkan jam komputer dengan jam dinding, termasuk tanggal dan tahunnya."),
            _("Bila jumlahnya yang tidak biasa: tanyakan apakah masa simpan baru saja diubah."),
            _("Periksa penahanan dan permohonan: adakah yang berakhir oleh jam yang salah?"),
            _("Bila semuanya benar, Kepala atau Sekretaris menekan Lanjutkan penghapusan."),
        ),
        _(
            "Bila jam komputer salah, hubungi admin TI dan jangan melanjutkan sebelum jamnya benar."
        ),
    ),
    Kind.FORECAST_LOW: Guide(
        _("Bila tidak ada yang berubah, media itu penuh dan kamera akan berhenti direkam."),
        (
            _(
                "Lihat di Media simpan berapa yang masuk, berapa yang terhapus sendiri, dan "
                "berapa yang ditahan."
            ),
            _("Bila banyak yang ditahan, tanyakan penahanan mana yang sudah selesai."),
            _("Siapkan media tambahan, lalu pindahkan sebagian kamera ke sana di Rencana rekam."),
        ),
        _("Beri tahu Kepala bila media baru perlu dibeli."),
    ),
    Kind.BELOW_FLOOR: Guide(
        _(
            "Ruang habis. Kamera yang kurang penting berhenti lebih dahulu; rekaman lama "
            "tidak dihapus lebih cepat."
        ),
        (
            _("Lihat kamera mana yang berhenti di bawah Perlu dilihat."),
            _("Tambah media simpan, atau pindahkan kamera ke media lain."),
            _("Tunggu: perekaman berlanjut sendiri begitu ruang cukup lagi."),
            _("Jangan menghapus berkas dengan tangan, karena portal tidak akan mengetahuinya."),
        ),
        _IT_NOW,
    ),
    Kind.DISK: Guide(
        _(
            "Media itu terlepas, tertukar, rusak, atau hanya dapat dibaca. Tidak ada yang "
            "ditulis ke sana."
        ),
        (
            _("Periksa kabel dan lampu media itu."),
            _("Admin TI memasangnya kembali di tempat yang sama dan memeriksa catatan sistem."),
            _("Media pengganti tidak boleh dipasang di tempat lama tanpa didaftarkan."),
        ),
        _IT_NOW,
    ),
    Kind.DATABASE_AWAY: Guide(
        _("Perekaman berjalan terus dan dicatat kemudian, tetapi portal tidak dapat dipakai."),
        (
            _("Admin TI menghidupkan kembali PostgreSQL."),
            _("Tunggu dua menit: yang terekam dicatat sendiri."),
            _("Periksa di buku kendala apakah ada waktu yang terputus."),
        ),
        _IT_NOW,
    ),
    Kind.DAMAGED: Guide(
        _("Isi sebuah berkas berbeda dari sidik jarinya. Media rusak, atau ada yang mengubahnya."),
        (
            _("Jangan memindahkan, memperbaiki, atau menghapus apa pun di media itu."),
            _(
                "Admin TI menjalankan manage.py verify_recordings --level hash dan menyimpan "
                "hasilnya."
            ),
            _("Bila hanya satu media yang terkena, periksa kesehatan media itu."),
        ),
        _("Laporkan kepada Kepala: mungkin rekaman itu bukti."),
    ),
    Kind.UNEXPLAINED: Guide(
        _(
            "Ada berkas tanpa catatan, atau catatan tanpa berkas. Portal menyisihkannya dan "
            "tidak menghapusnya."
        ),
        (
            _("Admin TI menjalankan manage.py reconcile dan membaca daftarnya."),
            _("Tanyakan apakah media pernah disalin, dipindah, atau dipulihkan dari cadangan."),
        ),
        _IT,
    ),
    Kind.HOLD_QUOTA: Guide(
        _("Rekaman yang ditahan tidak terhapus, jadi ruang untuk rekaman baru berkurang."),
        (
            _("Buka daftar penahanan dan tinjau yang paling lama."),
            _("Akhiri yang tidak perlu lagi, dengan persetujuan orang kedua."),
        ),
        _("Minta admin TI menambah media simpan bila semuanya masih perlu."),
    ),
    Kind.HOLD_ENDING: Guide(
        _("Sesudah penahanan berakhir, rekamannya terhapus begitu masa simpannya lewat."),
        (
            _("Buka penahanan itu dan baca alasannya."),
            _("Perpanjang bila masih perlu; bila tidak, biarkan berakhir."),
        ),
        _("Tanyakan kepada peninjau yang namanya tertulis di sana."),
    ),
    Kind.JOB_GAVE_UP: Guide(
        _("Sebuah ekspor atau penghapusan menunggu orang: portal tidak mencobanya lagi sendiri."),
        (
            _("Buka Tugas saya, lalu pekerjaan yang berhenti."),
            _("Baca alasannya dan perbaiki, misalnya pasang hard disk yang diminta."),
            _("Tekan Lanjutkan atau Coba lagi, atau batalkan."),
        ),
        _IT,
    ),
    Kind.JOBS_WAITING: Guide(
        _("Ekspor, pemusnahan, dan penghapusan tidak berjalan. Perekaman tidak terpengaruh."),
        (
            _("Admin TI memeriksa apakah proses worker, exports, beat, dan Valkey berjalan."),
            _("Yang mati dihidupkan kembali; pekerjaan yang menunggu lalu berjalan sendiri."),
        ),
        _IT,
    ),
    Kind.WATCH_SILENT: Guide(
        _(
            "Tidak ada yang memeriksa kamera, media, dan penghapusan. Keadaan yang tampak "
            "mungkin sudah lama."
        ),
        (
            _("Admin TI memeriksa proses beat dan worker, lalu menghidupkan yang mati."),
            _("Bila keduanya berjalan, catatan worker menyebut pemeriksaan mana yang gagal."),
            _("Muat ulang halaman setelah dua menit."),
        ),
        _IT,
    ),
}  # fmt: skip
