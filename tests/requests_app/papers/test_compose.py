from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from cctvportal.common import words
from cctvportal.common.clock import WIB
from cctvportal.common.errors import Refused
from recordings.models import Segment
from requests_app.models import AccessRequest
from requests_app.papers.compose import available, compose
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import Paper
from requests_app.papers.terbilang import spelled, spelled_day
from requests_app.services.decide import Scope, approve
from requests_app.services.keys import confirm_key_received, hand_key
from requests_app.services.take_down import confirm_oral
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.accounts import approver, officer
from tests.factories.devices import RoomKeyFactory

pytestmark = pytest.mark.django_db


def said(paper: Paper) -> str:
    """All text of a paper, in order."""
    parts = [paper.title, paper.number, paper.opening]
    for section in paper.sections:
        parts += [section.title, section.text, *section.points, section.quote]
        parts += [line for fact in section.facts for line in (fact.label, *fact.lines)]
    parts += [line for one in paper.signers for line in (one.name, one.nip, one.note)]
    return "\n".join(parts)


@pytest.mark.parametrize(
    ("state", "papers"),
    [
        ("submitted", []),
        ("refused", []),
        ("approved_by_phone", []),
        ("approved", [PaperKind.PERMIT]),
        ("issued", [PaperKind.PERMIT, PaperKind.ACCESS]),
        ("handed_over", [PaperKind.PERMIT, PaperKind.ACCESS, PaperKind.HAND_OVER]),
    ],
)
def test_a_paper_is_there_when_what_it_tells_was_done(state: str, papers: list[PaperKind]) -> None:
    assert available(getattr(make, state)()) == papers


def test_an_erased_request_has_all_papers() -> None:
    assert available(books.erased()) == list(PaperKind)


def test_a_missing_paper_says_why() -> None:
    with pytest.raises(Refused, match="belum disetujui"):
        compose(PaperKind.PERMIT, make.submitted())
    with pytest.raises(Refused, match="belum dimusnahkan"):
        compose(PaperKind.ERASURE, make.handed_over())


def test_permit_names_who_may_see_what_and_who_allowed_it() -> None:
    row = make.approved()
    paper = compose(PaperKind.PERMIT, row)
    text = said(paper)
    camera = row.cameras.get().camera
    assert paper.number == str(row.number).replace("CCTV", "IZIN")
    for value in (row.applicant.name, words.nip(row.applicant.nip), camera.name, row.activity):
        assert value in text
    assert paper.signers[0].name == row.decision.decided_by.name
    assert "Yang diminta" not in text


def test_permit_that_was_narrowed_says_what_was_asked_too() -> None:
    row = make.validated(make.submitted(cameras=2))
    keep = row.cameras.order_by("camera_id").first()
    assert keep is not None
    row = approve(row, scope=Scope(camera_ids=[keep.camera_id]), by=approver())
    facts = {
        fact.label: fact.lines
        for part in compose(PaperKind.PERMIT, row).sections
        for fact in part.facts
    }
    assert facts["Kamera"] == (f"{keep.camera.name} ({keep.camera.room.name})",)
    assert "Yang diminta" in facts


def test_permit_of_an_oral_request_says_who_wrote_it_down() -> None:
    clerk = officer()
    row = make.oral(clerk=clerk)
    confirm_oral(row, by=row.applicant)
    text = said(compose(PaperKind.PERMIT, make.approved(row)))
    assert f"Lisan, dicatat {clerk.name}" in text


def test_access_paper_holds_no_passphrase_but_the_key_and_its_confirmation() -> None:
    row = make.issued()
    key = RoomKeyFactory()
    handout = hand_key(row, key=key, by=officer())
    before = said(compose(PaperKind.ACCESS, row))
    assert "belum dipastikan" in before
    assert f"Kunci {key.label}, {key.room.name}" in before
    confirm_key_received(handout, by=row.applicant)
    assert "Dipastikan dengan akun sendiri" in said(compose(PaperKind.ACCESS, row))
    assert row.issuances.get().passphrase_hash not in before


def test_hand_over_tells_disk_hash_read_back_gaps_lead_in_and_statement() -> None:
    row = books.handed_over()
    text = said(compose(PaperKind.HAND_OVER, row))
    export = row.hand_over.export
    assert export.medium.label in text
    assert export.manifest_sha256 in text
    assert "O_DIRECT" in text
    assert "mulai 1,4 detik sebelum waktu diizinkan" in text
    assert row.hand_over.statement in text
    assert "Terputus" in text
    assert text.count("Dipastikan dengan akun sendiri") == 2


def test_hand_over_without_package_facts_still_stands() -> None:
    text = said(compose(PaperKind.HAND_OVER, make.handed_over()))
    assert "tidak ada" in text


def test_erasure_has_two_stages_and_says_what_it_does_not_prove() -> None:
    row = books.erased()
    text = said(compose(PaperKind.ERASURE, row))
    assert "Kunci aktif dimusnahkan" in text
    assert "Tuntas: setelah cadangan kunci terakhir habis" in text
    assert "Tidak terbukti" in text
    assert "Kunci pembuka rekaman dimusnahkan, lalu berkas rekamannya dihapus" in text
    assert "H1" not in text
    assert "4 sebelum, 5 sesudah" in text
    assert "dibulatkan keluar" in text
    assert "1 potongan" in text
    gone = Segment.objects.get(purge_run__erasure__source_erasure__request=row)
    assert hashlib.sha256(f"{gone.sha256}\n".encode()).hexdigest() in text
    assert str(row.second_person and row.second_person.name) in text


def test_qr_of_a_paper_names_nobody() -> None:
    row: AccessRequest = books.erased()
    for kind in PaperKind:
        code = " ".join(compose(kind, row).code)
        assert str(row.number) in code
        assert row.applicant.name not in code


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (19, "sembilan belas"),
        (24, "dua puluh empat"),
        (100, "seratus"),
        (1000, "seribu"),
        (2026, "dua ribu dua puluh enam"),
        (1945, "seribu sembilan ratus empat puluh lima"),
    ],
)
def test_numbers_are_spelled(number: int, text: str) -> None:
    assert spelled(number) == text


def test_a_number_out_of_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="10000"):
        spelled(10_000)


def test_day_is_spelled_in_wib() -> None:
    late = datetime(2026, 11, 24, 23, 5, tzinfo=WIB)
    assert spelled_day(late).startswith(
        "Selasa, tanggal dua puluh empat bulan November tahun dua ribu dua puluh enam (24-11-2026)"
    )
