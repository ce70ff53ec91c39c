"""Berita acara serah terima kunci dan sandi (SOP step 3). The passphrase itself is on no paper."""

from __future__ import annotations

from cctvportal.common import words
from cctvportal.common.errors import Refused
from requests_app.models import AccessRequest, Issuance, KeyHandout
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import (
    SOP,
    Paper,
    Section,
    by_login,
    fact,
    iso,
    late_entry,
    named,
    paper_number,
    place_and_date,
    signer,
)
from requests_app.papers.terbilang import spelled_day


def access(request: AccessRequest) -> Paper:
    """Raises Refused before a passphrase was given."""
    given = list(request.issuances.select_related("issued_by", "revoked_by"))
    if not given:
        raise Refused("Sandi belum diberikan, jadi belum ada yang diserahterimakan.")
    keys = list(request.handouts.select_related("key__room", "handed_by", "returned_to"))
    first, clerk = given[0], given[0].issued_by
    number = paper_number(request, "BA-AKSES")
    return Paper(
        kind=PaperKind.ACCESS,
        title="Berita Acara Serah Terima Kunci dan Sandi",
        number=number,
        request_number=request.number or "",
        opening=(
            f"Pada hari ini, {spelled_day(first.issued_at)}, berdasarkan {SOP} dan izin nomor "
            f"{paper_number(request, 'IZIN')}, Petugas CCTV menyerahkan kepada pemohon:"
        ),
        sections=(
            *(_passphrase(row, n, len(given)) for n, row in enumerate(given, 1)),
            *(_key(row) for row in keys),
            *(() if keys else (_no_key(request),)),
            Section(
                "Para pihak",
                facts=(
                    fact("Yang menyerahkan", named(clerk), clerk.jabatan),
                    fact("Yang menerima", named(request.applicant), request.applicant.jabatan),
                ),
            ),
            *late_entry(request),
            Section(
                text="Sandi ditampilkan satu kali dan tidak tertulis di naskah ini. Yang disimpan "
                "portal hanya sidik sandinya, sehingga tidak seorang pun dapat melihatnya lagi."
            ),
        ),
        place_and_date=place_and_date(first.issued_at),
        signers=(
            signer("Yang menyerahkan,", clerk),
            signer("Yang menerima,", request.applicant, _confirmed(keys)),
        ),
        code=(
            f"BA-AKSES {number}",
            f"Permohonan {request.number}",
            f"Sandi {iso(first.issued_at)}",
            *(f"Kunci {row.key.label} {iso(row.handed_at)}" for row in keys),
        ),
    )


def _passphrase(row: Issuance, place: int, count: int) -> Section:
    used = words.date_time(row.first_used_at) if row.first_used_at else "belum dipakai"
    facts = [
        fact("Diberikan", words.date_time(row.issued_at), f"oleh {row.issued_by.name}"),
        fact("Berlaku sampai", words.date_time(row.expires_at)),
        fact("Pertama dipakai", used),
    ]
    if row.revoked_at:
        by = row.revoked_by.name if row.revoked_by else "sistem"
        facts.append(fact("Berakhir", words.date_time(row.revoked_at), f"oleh {by}"))
    name = "Sandi ruang periksa" if count == 1 else f"Sandi ruang periksa, ke-{place}"
    return Section(name, facts=tuple(facts))


def _key(row: KeyHandout) -> Section:
    back = row.returned_to.name if row.returned_to else ""
    return Section(
        f"Kunci {row.key.label}, {row.key.room.name}",
        facts=(
            fact("Diserahkan", words.date_time(row.handed_at), f"oleh {row.handed_by.name}"),
            fact(
                "Diterima pemohon",
                words.date_time(row.received_confirmed_at)
                if row.received_confirmed_at
                else "belum dipastikan",
            ),
            fact("Kembali paling lambat", words.date_time(row.due_at)),
            fact(
                "Kembali",
                words.date_time(row.returned_at) if row.returned_at else "belum kembali",
                f"diterima {back}" if back else "",
            ),
            fact(
                "Dipastikan pemohon",
                words.date_time(row.return_confirmed_at) if row.return_confirmed_at else "belum",
            ),
        ),
    )


def _no_key(request: AccessRequest) -> Section:
    why = "belum diserahkan" if request.wants_room else "tidak diminta"
    return Section("Kunci ruang rekaman", text=f"Kunci ruang rekaman {why}.")


def _confirmed(keys: list[KeyHandout]) -> str:
    when = next((row.received_confirmed_at for row in keys if row.received_confirmed_at), None)
    return by_login(when) if when else ""
