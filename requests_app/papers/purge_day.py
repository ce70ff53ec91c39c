"""Keterangan penghapusan harian: what expired on one day, and what that proves (SOP step 5)."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final

from django.utils import translation

from cctvportal.common import words
from cctvportal.common.clock import WIB
from recordings.models import PurgeDay
from requests_app.papers.parts import (
    SOP,
    Fact,
    Paper,
    Section,
    Signer,
    fact,
    iso,
    place_and_date,
    spanned,
)
from requests_app.papers.terbilang import spelled_day

PROVES: Final = (
    (
        "Terbukti: kunci pembuka potongan di atas tidak ada lagi di tempat kunci yang aktif; "
        "kunci lain disegel ulang dengan kunci zaman baru, dan kunci zaman lama dimusnahkan. "
        "Salinan berkas atau basis data dari waktu sebelumnya tidak dapat lagi dibuka untuk "
        "bagian ini, kecuali dengan cadangan kunci yang masih disimpan kantor."
    ),
    (
        "Terbukti: berkasnya dihapus dari media simpan, dan setiap penghapusan tertulis di media "
        "dan di buku catatan akses."
    ),
    (
        "Tidak terbukti: sisa fisik pada media yang pernah menyimpan kunci zaman lama. Yang "
        "memerlukan kepastian itu memusnahkan medianya."
    ),
    "Tidak termasuk: salinan pada hard disk yang pernah diserahkan dengan izin.",
    (
        "Tidak termasuk: pemusnahan sumber asesmen, yang mempunyai berita acaranya sendiri, dan "
        "yang ditahan, yang terhapus setelah penahanannya dilepas."
    ),
)
_DOTS: Final = "." * 40


def purge_day(row: PurgeDay) -> Paper:
    """The certificate of `row`, in Indonesian whatever the page's language is."""
    with translation.override("id"):
        return _purge_day(row)


def _purge_day(row: PurgeDay) -> Paper:
    # A day has no hour: of the words for a moment only those of its date.
    day = spelled_day(datetime.combine(row.day, time(12), tzinfo=WIB)).partition(", pukul")[0]
    number = f"{row.day:%Y-%m-%d}/KET-HAPUS"
    return Paper(
        kind=None,
        title="Keterangan Penghapusan Rekaman Kedaluwarsa",
        number=number,
        request_number="",
        opening=(
            f"Pada hari {day}, berdasarkan {SOP} langkah 5, rekaman di bawah ini "
            "dihapus oleh sistem karena masa simpannya habis."
        ),
        sections=(
            Section("Yang dihapus", facts=tuple(_what(row))),
            Section("Per kamera", facts=tuple(_camera(one) for one in row.cameras)),
            Section("Cara", facts=tuple(_how(row))),
            Section("Yang dibuktikan dan yang tidak", points=PROVES),
        ),
        place_and_date=place_and_date(row.made_at),
        signers=(
            Signer("Petugas,", _DOTS, _DOTS, "Petugas CCTV"),
            Signer("Mengetahui,", _DOTS, _DOTS, "Kepala BKPSDM"),
        ),
        code=(
            f"KET-HAPUS {number}",
            f"Dibuat {iso(row.made_at)}",
            f"Potongan {row.segments}",
            f"sha256:{row.fingerprint}",
        ),
    )


def _what(row: PurgeDay) -> list[Fact]:
    found = [
        fact("Jumlah", f"{words.number(row.segments)} potongan, {words.size(row.bytes)}"),
        fact("Sidik daftar potongan", row.fingerprint, "SHA-256 atas sidik semua potongan"),
        fact("Paling lambat", slowest(row), "dihitung pada potongan yang tidak pernah ditahan"),
        fact("Ditahan", held_back(row)),
    ]
    if row.remains:
        torn = f"{words.number(row.remains)} potongan yang rusak saat direkam, beserta kuncinya"
        found.append(fact("Sisa rekaman", torn))
    return found


def slowest(row: PurgeDay) -> str:
    """`12 menit sesudah masa simpannya habis`."""
    return f"{words.duration(row.slowest_s)} sesudah masa simpannya habis"


def held_back(row: PurgeDay) -> str:
    count = words.number(row.held_back)
    return (
        f"{count} potongan lewat masa simpan, tetap ada karena ditahan"
        if row.held_back
        else "tidak ada"
    )


def _camera(one: dict[str, Any]) -> Fact:
    start, end = (datetime.fromisoformat(one[edge]) for edge in ("from", "until"))
    size = f"{words.number(one['segments'])} potongan, {words.size(one['bytes'])}"
    return fact(one["name"], size, spanned(start, end))


def _how(row: PurgeDay) -> list[Fact]:
    epochs = "tidak tercatat"
    if row.epoch_before is not None and row.epoch_after is not None:
        epochs = f"{row.epoch_before} sebelum, {row.epoch_after} sesudah"
    return [
        fact("Tindakan", "Kunci pembuka dimusnahkan, lalu berkasnya dihapus"),
        fact("Putaran", f"{words.number(row.runs)} putaran penghapusan"),
        fact("Zaman kunci", epochs),
        fact("Dibuat oleh", f"Sistem, {words.date_time(row.made_at)}"),
    ]
