"""Izin akses: what an approver allowed (SOP step 2)."""

from __future__ import annotations

from cctvportal.common import words
from cctvportal.common.errors import Refused
from recordings.enums import Purpose
from requests_app.enums import Channel, Verdict
from requests_app.models import AccessRequest, Decision
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import (
    SOP,
    Fact,
    Paper,
    Section,
    camera_lines,
    fact,
    iso,
    late_entry,
    named,
    paper_number,
    person,
    place_and_date,
    ranged,
    signer,
)

_FATE = {
    Purpose.ASSESSMENT: (
        "Rekaman asesmen bersifat RAHASIA. Setelah diserahkan di hard disk, sumbernya dihapus."
    ),
    Purpose.SECURITY: (
        "Rekaman keamanan tidak dihapus dengan tangan; sistem menghapusnya setelah masa simpan."
    ),
}


def permit(request: AccessRequest) -> Paper:
    """Raises Refused while nothing is allowed, or what was told by phone awaits its login."""
    decision = getattr(request, "decision", None)
    if decision is None or decision.verdict != Verdict.APPROVED:
        raise Refused("Izin akses belum ada, karena permohonan ini belum disetujui.")
    if decision.awaits_login:
        raise Refused("Keputusan lewat telepon belum dipastikan. Izin terbit setelah dipastikan.")
    return Paper(
        kind=PaperKind.PERMIT,
        title="Izin Akses Rekaman CCTV",
        number=paper_number(request, "IZIN"),
        request_number=request.number or "",
        opening=f"Berdasarkan {SOP} dan permohonan di bawah ini, diberikan izin akses kepada:",
        sections=(
            Section(facts=person(request.applicant)),
            Section("Keperluan", facts=_purpose(request)),
            Section("Yang boleh diakses", facts=_scope(request)),
            Section("Keputusan", facts=_decided(request, decision)),
            *late_entry(request),
            Section(
                "Ketentuan",
                points=(
                    "Izin berlaku hanya bagi pemohon, kegiatan, kamera, dan waktu di atas.",
                    (
                        "Rekaman hanya dapat diakses oleh pegawai yang memiliki kewenangan; "
                        "setiap akses dicatat."
                    ),
                    _FATE[Purpose(request.purpose)],
                ),
            ),
        ),
        place_and_date=place_and_date(decision.decided_at),
        signers=(signer("Pemberi izin", decision.decided_by, _authority(decision)),),
        code=(
            f"IZIN {paper_number(request, 'IZIN')}",
            f"Permohonan {request.number}",
            f"Diputuskan {iso(decision.decided_at)}",
        ),
    )


def _purpose(request: AccessRequest) -> tuple[Fact, ...]:
    form = str(request.get_form_display())
    if request.entered_by_id != request.applicant_id:
        form += f", dicatat {request.entered_by.name}"
    sent = request.submitted_at
    return (
        fact("Permohonan", f"Nomor {request.number}", words.date_time(sent) if sent else ""),
        fact("Bentuk", form),
        fact("Tujuan", str(request.get_purpose_display())),
        fact("Kegiatan", request.activity),
        fact("Dasar pemrosesan", request.legal_basis),
    )


def _scope(request: AccessRequest) -> tuple[Fact, ...]:
    rows = list(request.cameras.select_related("camera__room"))
    allowed = [row.camera for row in rows if row.approved]
    start, end = request.approved_start, request.approved_end
    facts = [
        fact("Kamera", *camera_lines(allowed)),
        fact("Waktu rekaman", ranged(start, end) if start and end else ""),
        fact("Kunci ruang rekaman", "Ya, dipinjamkan" if request.wants_room else "Tidak diminta"),
    ]
    narrowed = (start, end) != (request.starts_at, request.ends_at) or len(allowed) < len(rows)
    if narrowed and request.starts_at and request.ends_at:
        asked = ", ".join(row.camera.name for row in rows)
        facts.append(fact("Yang diminta", ranged(request.starts_at, request.ends_at), asked))
    return tuple(facts)


def _decided(request: AccessRequest, decision: Decision) -> tuple[Fact, ...]:
    way = str(decision.get_channel_display())
    if decision.channel == Channel.PHONE and decision.logged_by and decision.confirmed_at:
        way += (
            f", dicatat {decision.logged_by.name}, "
            f"dipastikan dengan akun sendiri {words.date_time(decision.confirmed_at)}"
        )
    calls = tuple(
        f"{call.name}{f' ({call.position})' if call.position else ''}: "
        f"{str(call.get_outcome_display()).lower()}, {words.date_time(call.called_at)}"
        for call in request.validations.all()
    )
    facts: tuple[Fact, ...] = (
        fact("Disetujui oleh", named(decision.decided_by)),
        fact("Waktu", words.date_time(decision.decided_at)),
        fact("Cara", way),
        fact("Yang dihubungi", *calls),
    )
    if decision.despite:
        facts = (*facts, fact("Disetujui walau tidak dibenarkan", decision.despite))
    return (*facts, fact("Catatan", decision.note)) if decision.note else facts


def _authority(decision: Decision) -> str:
    """By which letter a delegate decides."""
    letter = decision.delegation
    if letter is None:
        return ""
    return f"{letter.get_kind_display()} {letter.principal.name}, surat {letter.letter_number}"
