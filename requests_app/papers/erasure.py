"""Berita Acara Pemusnahan of an assessment's source, in two honest stages (SOP step 4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cctvportal.common import words
from cctvportal.common.errors import Refused
from recordings.enums import ErasureState, SegmentState
from recordings.models import Erasure, PurgeRun, Segment
from requests_app.models import AccessRequest
from requests_app.papers.hand_over import brief
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import (
    SOP,
    Fact,
    Paper,
    Section,
    by_login,
    camera_lines,
    fact,
    iso,
    late_entry,
    named,
    paper_number,
    place_and_date,
    ranged,
    signer,
    spanned,
)
from requests_app.papers.terbilang import spelled_day
from requests_app.selectors.erasing import erasure_of

_PROVES = (
    (
        "Terbukti: kunci pembuka potongan di atas tidak ada lagi di tempat kunci yang aktif; "
        "seluruh kunci lain disegel ulang dengan kunci zaman baru, dan kunci zaman lama "
        "dimusnahkan. Salinan berkas rekaman atau basis data dari waktu sebelumnya tidak dapat "
        "lagi dibuka untuk bagian ini, kecuali dengan cadangan kunci (tahap 2)."
    ),
    "Terbukti: berkas rekaman dihapus dari media simpan, dan penghapusannya tertulis di media.",
    (
        "Ikut dihapus, tidak dihitung di atas: sisa potongan pada waktu itu yang rusak saat "
        "direkam dan tidak dapat diputar, beserta kuncinya, bila ada."
    ),
    (
        "Tidak terbukti: sisa kunci zaman lama yang mungkin masih tertinggal secara fisik di "
        "media yang menyimpannya. Yang memerlukan kepastian itu memusnahkan medianya."
    ),
    "Tidak termasuk: salinan di hard disk yang diserahkan; penerima menjamin kerahasiaannya.",
)


@dataclass(frozen=True, slots=True)
class _Gone:
    """What went: segments in order of camera and time, and between which epochs."""

    segments: tuple[Segment, ...]
    runs: tuple[PurgeRun, ...]

    @property
    def start(self) -> datetime:
        return min(row.started_at for row in self.segments if row.started_at)

    @property
    def end(self) -> datetime:
        return max(row.ended_at for row in self.segments if row.ended_at)

    @property
    def bytes(self) -> int:
        return sum(row.bytes for row in self.segments)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the segments' SHA-256, one a line, by camera and time."""
        lines = "".join(f"{row.sha256}\n" for row in self.segments)
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def epochs(self) -> str:
        before = [run.epoch_before for run in self.runs if run.epoch_before is not None]
        after = [run.epoch_after for run in self.runs if run.epoch_after is not None]
        if not before or not after:
            return "tidak tercatat"
        return f"{min(before)} sebelum, {max(after)} sesudah"


def erasure(request: AccessRequest) -> Paper:
    """Raises Refused until the keys are destroyed."""
    act = erasure_of(request)
    if act is None or act.state != ErasureState.DONE or act.done_at is None:
        raise Refused("Sumber rekaman belum dimusnahkan, jadi berita acaranya belum ada.")
    gone, done_at = _gone(act), act.done_at
    number = paper_number(request, "BA-MUSNAH")
    approver = act.confirmed_by
    assert approver is not None  # noqa: S101 - the CHECK on running erasures says so
    return Paper(
        kind=PaperKind.ERASURE,
        title="Berita Acara Pemusnahan Rekaman CCTV",
        number=number,
        request_number=request.number or "",
        opening=(
            f"Pada hari ini, {spelled_day(done_at)}, berdasarkan {SOP}, sumber rekaman asesmen di "
            "bawah ini dimusnahkan setelah salinannya diserahkan dan dicocokkan."
        ),
        sections=(
            Section("Yang dimusnahkan", facts=_what(request, act, gone)),
            Section("Cara", facts=_how(act, gone)),
            Section("Dua tahap", facts=_stages(done_at), framed=True),
            Section("Yang dibuktikan dan yang tidak", points=_PROVES),
            *late_entry(request),
        ),
        place_and_date=place_and_date(done_at),
        signers=(
            signer("Petugas,", act.requested_by, by_login(act.requested_at)),
            signer("Yang menyetujui,", approver, _agreed(act)),
        ),
        code=(
            f"BA-MUSNAH {number}",
            f"Permohonan {request.number}",
            f"Tahap 1 {iso(done_at)}",
            f"Potongan {len(gone.segments)}",
            f"sha256:{gone.fingerprint}",
        ),
    )


def _gone(act: Erasure) -> _Gone:
    purged = Segment.objects.filter(purge_run__erasure=act, state=SegmentState.PURGED)
    segments = purged.order_by("camera", "started_at")
    return _Gone(tuple(segments), tuple(act.runs.order_by("started_at")))


def _agreed(act: Erasure) -> str:
    when = act.confirmed_at
    return by_login(when) if when else ""


def _what(request: AccessRequest, act: Erasure, gone: _Gone) -> tuple[Fact, ...]:
    export = act.export
    cameras = [row.camera for row in export.cameras.select_related("camera__room")]
    rounded = spanned(gone.start, gone.end) if gone.segments else "-"
    return (
        fact("Permohonan", f"{request.number}, {str(request.get_purpose_display()).lower()}"),
        fact("Kamera", *camera_lines(cameras)),
        fact("Waktu diminta", ranged(export.starts_at, export.ends_at)),
        fact("Waktu dimusnahkan", rounded, "dibulatkan keluar ke potongan rekaman yang utuh"),
        fact("Jumlah", f"{words.number(len(gone.segments))} potongan, {words.size(gone.bytes)}"),
        fact("Sidik daftar potongan", gone.fingerprint, "SHA-256 atas sidik semua potongan"),
        fact("Salinan diserahkan", *brief(request)),
    )


def _how(act: Erasure, gone: _Gone) -> tuple[Fact, ...]:
    return (
        fact(
            "Yang dilakukan",
            "Kunci pembuka rekaman dimusnahkan, lalu berkas rekamannya dihapus",
            "tanpa kuncinya, sisa berkas atau salinannya tidak dapat dibuka",
        ),
        fact("Zaman kunci", gone.epochs),
        fact("Penahanan", "tidak ada penahanan lain atas potongan ini"),
        fact("Diminta oleh", named(act.requested_by), words.date_time(act.requested_at)),
        fact(
            "Disetujui oleh",
            named(act.confirmed_by) if act.confirmed_by else "",
            words.date_time(act.confirmed_at) if act.confirmed_at else "",
        ),
    )


def _stages(done_at: datetime) -> tuple[Fact, ...]:
    return (
        fact("Tahap 1", f"Kunci aktif dimusnahkan {words.date_time(done_at)}."),
        fact(
            "Tahap 2",
            "Tuntas: setelah cadangan kunci terakhir habis. Bila kantor menyimpan cadangan folder "
            "kunci beserta kunci zamannya, salinan berkas rekaman masih dapat dibuka dengannya "
            "sampai cadangan itu dihapus.",
            "Cadangan terakhir dihapus tanggal: ......................  Paraf: ............",
        ),
    )
