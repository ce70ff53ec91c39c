"""What each kind of alarm says: what happened, what to do, and who can do it.

The long form of each stands in docs/troubleshoot.md below the heading of its anchor. A sentence
names facts as `%(name)s`; how a fact is said follows from the end of its name: `_at` (ISO time),
`_bytes`, `_seconds`, else a number or words as they are. `name` is what the subject is called. A
fact `detail` is a whole sentence that stands after the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.enums import Role
from cctvportal.common import words
from recordings.enums import AlarmKind as Kind

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class About(Enum):
    """What the subject of an alarm is the id of."""

    CAMERA = auto()
    VOLUME = auto()
    # The subject is already what a person calls it, or there is none.
    ITSELF = auto()


@dataclass(frozen=True, slots=True)
class Text:
    """`urgent`: footage is being lost, or kept or destroyed against the rules, just now."""

    what: _StrPromise
    do: _StrPromise
    acts: frozenset[Role]
    about: About = About.ITSELF
    urgent: bool = False


_DESK: Final = frozenset({Role.OFFICER, Role.IT_ADMIN})
_IT: Final = frozenset({Role.IT_ADMIN})
_HEAD: Final = frozenset({Role.APPROVER})

TEXTS: Final[Mapping[Kind, Text]] = {
    Kind.SILENT_CAMERA: Text(
        _("%(name)s tidak mengirim gambar sejak %(since_at)s, dan waktu itu tidak terekam."),
        _("Periksa listrik, kabel, dan kata sandi kamera itu, lalu catat kendalanya."),
        _DESK, About.CAMERA, urgent=True,
    ),
    Kind.SILENT_MANY: Text(
        _("%(count)s dari %(of)s kamera berhenti mengirim gambar bersamaan sejak %(since_at)s."),
        _("Periksa dahulu jaringan, listrik ruang peladen, dan perekam, sebelum kamera satu-satu."),
        _DESK, urgent=True,
    ),
    Kind.UNSEALED: Text(
        _("Gambar %(name)s masuk, tetapi rekamannya tidak tercatat sejak %(since_at)s."),
        _("Jalankan manage.py reconcile di komputer perekam: berkas yang ada akan tercatat lagi."),
        _IT, About.CAMERA, urgent=True,
    ),
    Kind.RATE_UNUSUAL: Text(
        _("%(name)s merekam %(now_bytes)s per jam, biasanya %(usual_bytes)s."),
        _("Lihat di tempat apakah kamera tertutup, gelap, bergeser, atau pengaturannya diubah."),
        _DESK, About.CAMERA,
    ),
    Kind.LATE_EXPIRY: Text(
        _("Ada rekaman yang belum terhapus %(late_seconds)s setelah masa simpannya berakhir."),
        _("Minta admin TI menjalankan manage.py purge dan membaca alasannya bila ditolak."),
        _DESK, urgent=True,
    ),
    Kind.DOOMED_STUCK: Text(
        _("%(count)s potongan rekaman berhenti di tengah penghapusan sejak %(since_at)s."),
        _("Pasang media simpannya bila terlepas; penghapusan lalu berlanjut sendiri."),
        _IT, urgent=True,
    ),
    Kind.PURGE_STOPPED: Text(
        _("Penghapusan rekaman berhenti sendiri dan menunggu pemeriksaan."),
        _("Kepala atau Sekretaris memeriksa alasannya, lalu menekan Lanjutkan penghapusan."),
        _HEAD | _DESK, urgent=True,
    ),
    Kind.FORECAST_LOW: Text(
        _("%(name)s penuh kira-kira %(days)s hari lagi bila perekaman berjalan seperti sekarang."),
        _("Tambah media simpan, dan jangan menghapus berkas dengan tangan."),
        _IT, About.VOLUME,
    ),
    Kind.BELOW_FLOOR: Text(
        _("%(name)s penuh, sehingga kamera yang kurang penting berhenti direkam."),
        _("Tambah media simpan atau pindahkan kamera; perekaman lalu berlanjut sendiri."),
        _DESK, About.VOLUME, urgent=True,
    ),
    Kind.DISK: Text(
        _("%(name)s tidak dapat dipakai, dan kameranya tidak terekam di sana."),
        _("Periksa apakah media itu terpasang, dapat ditulis, dan tidak rusak."),
        _DESK, About.VOLUME, urgent=True,
    ),
    Kind.DATABASE_AWAY: Text(
        _("Perekam %(name)s tidak menjangkau basis data, dan mencatat rekamannya kemudian."),
        _("Hidupkan kembali PostgreSQL, lalu pastikan di sini bahwa semua kamera merekam."),
        _IT, urgent=True,
    ),
    Kind.DAMAGED: Text(
        _("Isi %(segments)s potongan rekaman tidak sama lagi dengan saat direkam."),
        _("Jangan ubah apa pun di media itu; jalankan manage.py verify_recordings dan laporkan."),
        _DESK | _HEAD, urgent=True,
    ),
    Kind.UNEXPLAINED: Text(
        _("Ada berkas atau catatan rekaman yang tidak dapat dijelaskan."),
        _("Jalankan manage.py reconcile, baca daftarnya, dan jangan hapus apa pun dengan tangan."),
        _IT,
    ),
    Kind.HOLD_QUOTA: Text(
        _("Di %(name)s ditahan %(held_bytes)s, padahal batasnya %(quota_bytes)s."),
        _("Tinjau penahanan yang masih perlu, atau minta admin TI menambah media simpan."),
        _DESK | _HEAD, About.VOLUME,
    ),
    Kind.HOLD_ENDING: Text(
        _("Sebuah penahanan rekaman berakhir %(until_at)s."),
        _("Perpanjang bila masih perlu; sesudahnya rekaman terhapus menurut masa simpannya."),
        _HEAD | {Role.OFFICER},
    ),
    Kind.JOB_GAVE_UP: Text(
        _("%(count)s pekerjaan berhenti dan tidak dicoba lagi sendiri: %(name)s."),
        _("Buka permohonannya di meja petugas, baca alasannya, lalu lanjutkan atau batalkan."),
        _DESK,
    ),
    Kind.JOBS_WAITING: Text(
        _("Pekerjaan latar tidak dijalankan sejak %(since_at)s."),
        _("Hidupkan kembali proses worker, exports, beat, dan Valkey yang mati."),
        _IT, urgent=True,
    ),
    Kind.WATCH_SILENT: Text(
        _("Penjaga rekaman tidak berjalan, jadi keterangan di halaman ini mungkin sudah lama."),
        _("Hidupkan kembali proses beat dan worker, lalu muat ulang halaman ini."),
        _DESK, urgent=True,
    ),
}  # fmt: skip


def anchor(kind: Kind) -> str:
    """The heading of docs/troubleshoot.md, as an address: `late-expiry`."""
    return kind.value.lower().replace("_", "-")


def acted_on_by(role: str) -> list[Kind]:
    return [kind for kind, text in TEXTS.items() if role in text.acts]


def what(kind: Kind, facts: Mapping[str, Any], name: str) -> str:
    """What happened, as one sentence with the facts in it, and the detail after it if there is one.

    A fact that nobody told is a dash: the alarm matters more than its numbers.
    """
    said = str(TEXTS[kind].what) % _Said({**facts, "name": name})
    return " ".join(filter(None, (said, str(facts.get("detail", "")))))


class _Said(dict[str, Any]):
    """Facts as words, asked by name."""

    def __getitem__(self, key: str) -> str:
        return _word(key, self.get(key)) or words.EN_DASH


def _word(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key.endswith("_at"):
        return f"{words.short(datetime.fromisoformat(value))}{words.HARD_SPACE}WIB"
    if key.endswith("_bytes"):
        return words.size(int(value))
    if key.endswith("_seconds"):
        return words.duration(value)
    return words.number(value) if isinstance(value, int | float) else str(value)
