"""The five books as the auditor reads them: every step of the stories stands in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

from tests.demo import refused
from tests.demo.browser import Browser, PageError
from tests.demo.office import Case, Office

_PERMITTED: Final = (
    "Mengajukan permohonan",
    "Menahan rekaman supaya tidak terhapus",
    "Menelepon untuk memastikan kegiatan",
    "Menyetujui permohonan",
    "Memberikan sandi ruang periksa",
)
_KEY: Final = (
    "Menyerahkan kunci ruang rekaman",
    "Memastikan menerima kunci ruang rekaman",
    "Menerima kembali kunci ruang rekaman",
    "Memastikan mengembalikan kunci ruang rekaman",
)
_WATCHED: Final = ("Membuka ruang periksa dengan sandi", "Memutar rekaman di ruang periksa")
_RECORDED: Final = (
    "Memulai ekspor ke hard disk",
    "Ekspor selesai, isi hard disk dibaca ulang dan cocok",
    "Menampilkan sandi paket satu kali",
    "Menyerahkan hard disk",
    "Menerima hard disk dan menyatakan kerahasiaan",
    "Memusnahkan sandi paket",
    "Mengunduh naskah",
    "Permohonan selesai",
)
_ERASED: Final = (
    "Meminta pemusnahan sumber rekaman",
    "Menyetujui pemusnahan sumber rekaman",
    "Memusnahkan sumber rekaman: kunci dimusnahkan, berkas dihapus",
)
STORIES: Final = (
    ("keamanan", (*_PERMITTED, *_RECORDED)),
    (
        "asesmen",
        (
            *("Melampirkan surat", "Salah memasukkan sandi ruang periksa"),
            *("Melihat gambar diam di ruang periksa", *_PERMITTED, *_KEY, *_WATCHED),
            *(*_RECORDED, *_ERASED),
        ),
    ),
    (
        "lisan",
        (
            *(*_PERMITTED, *_WATCHED, "Memastikan permohonan yang dicatat petugas"),
            *("Memastikan keputusan yang disampaikan lewat telepon", "Permohonan selesai"),
        ),
    ),
    ("ditolak", (*_PERMITTED[:3], "Menolak permohonan", "Melepas penahanan rekaman")),
)


def story(office: Office, cases: Sequence[Case]) -> None:
    auditor, step = office["pemeriksa"], office.report.step
    with office.report.story("Kelima buku, dibaca pemeriksa"):
        for (name, expected), case in zip(STORIES, cases, strict=True):
            with step("buku 1", f"Buku akses memuat tiap langkah cerita {name}"):
                _must_hold(_rows(auditor, "akses", nomor=case.number, jenis="semua"), expected)
        with step("buku 2", "Buku kendala memuat kendala yang dicatat dan cara mengatasinya"):
            _must_hold(_rows(auditor, "kendala"), [refused.KENDALA, refused.DONE])
        with step("buku 3", "Buku hard disk memuat kedua paket, penerima dan nasib sumbernya"):
            _disks(auditor, cases)
        with step("buku 4", "Buku pemantauan memuat kedua kamera dan rekamannya"):
            _must_hold(_rows(auditor, "pemantauan"), ["Lobi", "Parkir", "Merekam"])
        with step("buku 5", "Buku keadaan kahar memuat kejadian dan lamanya"):
            _must_hold(_rows(auditor, "kahar"), [refused.KAHAR, refused.DONE])
        with step("buku 1", "Buku diunduh sebagai CSV dengan isi yang sama"):
            _csv(auditor, cases[1])


def _rows(reader: Browser, book: str, **asked: str) -> list[str]:
    """All rows of a book, leafed through to its last page."""
    found: list[str] = []
    number = 0
    while True:
        number += 1
        page = reader.open(f"/buku/{book}/?{urlencode({**asked, 'page': str(number)})}")
        found += page.rows
        if not page.links(rf"page={number + 1}$"):
            return found


def _must_hold(rows: Sequence[str], expected: Sequence[str]) -> None:
    missing = [one for one in expected if not any(one in row for row in rows)]
    if missing:
        raise PageError(f"tidak ada di buku: {'; '.join(missing)} ({len(rows)} baris)")


def _disks(reader: Browser, cases: Sequence[Case]) -> None:
    security, assessment = cases[0], cases[1]
    rows = _rows(reader, "hard-disk")
    for case, fate in ((security, "kedaluwarsa sendiri"), (assessment, "Sudah dimusnahkan")):
        row = next((one for one in rows if case.number in one), "")
        _must_hold([row], ["HDD-DEMO", case.camera, case.activity, fate])


def _csv(reader: Browser, case: Case) -> None:
    answer = reader.get(f"/buku/akses.csv?{urlencode({'nomor': case.number, 'jenis': 'semua'})}")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    shown = _rows(reader, "akses", nomor=case.number, jenis="semua")
    if len(lines) - 1 != len(shown):
        raise PageError(f"CSV {len(lines) - 1} baris, halaman {len(shown)}")
