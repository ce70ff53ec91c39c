"""Berita Acara Serah Terima of the disk, with the pernyataan kerahasiaan (SOP steps 4 and 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cctvportal.common import words
from cctvportal.common.errors import Refused
from recordings.models import Export
from requests_app.models import AccessRequest, HandOver
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import (
    SOP,
    Fact,
    Paper,
    Section,
    by_login,
    camera_lines,
    fact,
    late_entry,
    named,
    paper_number,
    place_and_date,
    ranged,
    signer,
    spanned,
)
from requests_app.papers.terbilang import spelled_day

_WAYS = {
    "O_DIRECT": "dibaca langsung dari media, melewati memori komputer (O_DIRECT)",
    "FADV_DONTNEED": "dibaca setelah salinan di memori komputer dilepas (FADV_DONTNEED)",
}


def hand_over(request: AccessRequest) -> Paper:
    """Raises Refused before the officer handed the disk over."""
    row = (
        HandOver.objects.filter(request=request)
        .select_related("export__medium", "export__exported_by", "handed_by")
        .first()
    )
    if row is None:
        raise Refused("Hard disk belum diserahkan, jadi berita acaranya belum ada.")
    number = paper_number(request, "BAST")
    export = row.export
    return Paper(
        kind=PaperKind.HAND_OVER,
        title="Berita Acara Serah Terima Rekaman CCTV",
        number=number,
        request_number=request.number or "",
        opening=(
            f"Pada hari ini, {spelled_day(row.handed_at)}, berdasarkan {SOP} dan izin nomor "
            f"{paper_number(request, 'IZIN')}, telah diserahkan hard disk berisi rekaman CCTV."
        ),
        sections=(
            Section("Para pihak", facts=_parties(request, row)),
            Section("Rekaman", facts=_footage(request, export)),
            Section("Hard disk dan isinya", facts=_package(export)),
            *late_entry(request),
            Section("Pernyataan kerahasiaan penerima", quote=row.statement),
        ),
        place_and_date=place_and_date(row.handed_at),
        signers=(
            signer("Yang menyerahkan,", row.handed_by, _with_login(row.handed_at)),
            signer("Yang menerima,", request.applicant, _with_login(row.received_at)),
        ),
        code=(
            f"BAST {number}",
            f"Permohonan {request.number}",
            f"Paket {export.folder}",
            f"sha256:{export.manifest_sha256}",
        ),
    )


def _with_login(moment: datetime | None) -> str:
    if moment is None:
        return "Belum dipastikan dengan akun sendiri"
    return by_login(moment)


def _parties(request: AccessRequest, row: HandOver) -> tuple[Fact, ...]:
    receiver = request.applicant
    received = words.date_time(row.received_at) if row.received_at else "belum dipastikan penerima"
    return (
        fact("Yang menyerahkan", named(row.handed_by), row.handed_by.jabatan),
        fact("Yang menerima", named(receiver), f"{receiver.jabatan}, {receiver.unit}"),
        fact("Diserahkan", words.date_time(row.handed_at)),
        fact("Diterima", received),
        fact("Kegiatan", request.activity),
    )


def _footage(request: AccessRequest, export: Export) -> tuple[Fact, ...]:
    cameras = [row.camera for row in export.cameras.select_related("camera__room")]
    stories = _stories(export)
    return (
        fact("Permohonan", f"{request.number}, {str(request.get_purpose_display()).lower()}"),
        fact("Kamera", *camera_lines(cameras)),
        fact("Waktu diizinkan", ranged(export.starts_at, export.ends_at)),
        fact("Awal dan akhir", *_edges(stories)),
        fact("Terputus", *(_breaks(stories) or ("tidak ada",))),
    )


def _stories(export: Export) -> list[dict[str, Any]]:
    """What keterangan.json says of each camera, in the order of the package."""
    found = {name: value for name, value in export.facts.items() if name.startswith("kamera-")}
    return [found[name] for name in sorted(found, key=lambda name: int(name.rpartition("-")[2]))]


def _edges(stories: list[dict[str, Any]]) -> Iterator[str]:
    """First and last picture of each camera, and how much stands before the allowed time."""
    for story in stories:
        runs = story["berkas"]
        if not runs:
            yield f"{story['kamera']}: tidak ada rekaman"
            continue
        first = datetime.fromisoformat(runs[0]["gambar_pertama"])
        last = datetime.fromisoformat(runs[-1]["gambar_terakhir"])
        lead = float(runs[0]["mendahului_detik"])
        said = f"{story['kamera']}: {spanned(first, last)}"
        if lead > 0:
            said += f"; mulai {words.number(lead)} detik sebelum waktu diizinkan"
        yield said


def _breaks(stories: list[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{story['kamera']}: "
        f"{spanned(datetime.fromisoformat(one['mulai']), datetime.fromisoformat(one['sampai']))}"
        for story in stories
        for one in story["terputus"]
    )


def _package(export: Export) -> tuple[Fact, ...]:
    disk = export.medium
    count = len(export.facts.get("zips", []))
    size = f"{words.size(export.bytes)}, {count} berkas ZIP" if count else words.size(export.bytes)
    way = _WAYS.get(export.read_back, export.read_back)
    when = words.date_time(export.verified_at) if export.verified_at else ""
    return (
        fact("Hard disk", f"Stiker {disk.label}, nomor seri {disk.serial or 'tidak ada'}"),
        fact("Folder paket", export.folder),
        fact("Isi", size),
        fact("Sidik digital paket", export.manifest_sha256, "SHA-256 atas daftar isi paket"),
        fact("Dibaca ulang", when, way, "Setiap berkas dibuka dengan sandinya dan cocok."),
        fact("Disalin oleh", export.exported_by.name),
        fact("Sandi paket", "Diserahkan terpisah dari hard disk, tidak tertulis di naskah ini."),
    )


def brief(request: AccessRequest) -> tuple[str, ...]:
    """The hand-over in two lines, for the paper of the erasure."""
    row = request.hand_over
    disk = row.export.medium
    return (
        (
            f"Hard disk {disk.label}, nomor seri {disk.serial or 'tidak ada'}, "
            f"kepada {request.applicant.name}"
        ),
        f"Berita acara nomor {paper_number(request, 'BAST')}, {words.date(row.handed_at)}",
    )
