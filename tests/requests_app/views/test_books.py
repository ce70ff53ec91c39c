from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cctvportal.accounts.access import SYSTEM
from cctvportal.accounts.models import User
from cctvportal.audit.models import Entry
from cctvportal.audit.services import record
from cctvportal.common.clock import WIB, now
from devices.enums import IncidentKind
from requests_app.selectors.books.sentences import SENTENCES
from requests_app.services.keys import hand_key
from requests_app.views.books import guarded
from requests_app.views.catalogue import BOOKS
from tests.factories import books
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, auditor, delegate, it_admin, officer
from tests.factories.devices import CameraFactory, RoomKeyFactory
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db
ACTION = re.compile(r'record\(\s*"([a-z]+\.[a-z_]+)"')
SLUGS = ["akses", "kendala", "hard-disk", "pemantauan", "kahar"]


def rows_of(person: User, address: str) -> list[list[str]]:
    answer: Any = logged_in(person).get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def filled(slug: str) -> None:
    """One more line for each book."""
    if slug == "akses":
        hand_key(make.issued(), key=RoomKeyFactory(), by=officer())
    elif slug == "kendala":
        books.gap(CameraFactory(), now() - timedelta(hours=1))
        books.incident(cameras=[CameraFactory()])
    elif slug == "hard-disk":
        books.erased()
    elif slug == "pemantauan":
        plan = books.recording()
        make.footage(plan.camera, now() - timedelta(minutes=5), 2)
        books.gap(plan.camera, now() - timedelta(minutes=3), 1)
    else:
        books.incident(IncidentKind.FORCE_MAJEURE, cameras=[CameraFactory()])


@pytest.mark.parametrize("slug", SLUGS)
def test_a_book_needs_the_same_queries_for_one_and_for_three_rows(slug: str) -> None:
    client = logged_in(auditor())
    counts = []
    for more in (1, 2):
        for _ in range(more):
            filled(slug)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(f"/buku/{slug}/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_book_has_its_page_and_its_csv_with_the_same_columns(slug: str) -> None:
    filled(slug)
    reader = auditor()
    page = logged_in(reader).get(f"/buku/{slug}/")
    table = rows_of(reader, f"/buku/{slug}.csv")
    assert len(table) > 1
    for column in table[0]:
        assert f'<th scope="col">{column}</th>' in page.text
    assert {len(row) for row in table} == {len(table[0])}


@pytest.mark.parametrize(
    ("person", "status"),
    [(officer, 200), (approver, 200), (auditor, 200), (applicant, 404), (it_admin, 404)],
)
def test_who_reads_the_books(person: Any, status: int) -> None:
    client = logged_in(person())
    for slug in SLUGS:
        assert client.get(f"/buku/{slug}/").status_code == status
        assert client.get(f"/buku/{slug}.csv").status_code == status


def test_a_delegate_decides_but_reads_no_book() -> None:
    assert logged_in(delegate()).get("/buku/akses/").status_code == 404


def test_reading_and_taking_a_book_are_accesses_themselves() -> None:
    reader = auditor()
    logged_in(reader).get("/buku/kendala/?siapa=Petugas&dari=2026-11-01")
    rows_of(reader, "/buku/kendala.csv")
    viewed = Entry.objects.get(action="book.viewed", actor=reader)
    assert viewed.facts == {"book": "faults", "dari": "2026-11-01", "page": "1"}
    assert viewed.persons.get().value == "Petugas"
    assert Entry.objects.filter(action="book.exported", actor=reader).count() == 1


def test_access_book_tells_who_got_which_key_for_what_and_by_whose_leave() -> None:
    head, clerk = approver(), officer()
    row = make.issued(make.approved(make.submitted(activity="Kehilangan helm"), by=head), by=clerk)
    key = RoomKeyFactory(label="RR-1")
    hand_key(row, key=key, by=clerk)
    lines = rows_of(auditor(), "/buku/akses.csv?jenis=ruang")
    handed = next(line for line in lines if "Menyerahkan kunci ruang rekaman" in line[3])
    assert clerk.name in handed[2]
    assert f"Kunci RR-1, {key.room.name}" in handed[4]
    assert handed[5] == "Kehilangan helm"
    assert handed[6] == f"{row.number}; {head.name}"


def test_an_action_that_nobody_worded_is_still_readable() -> None:
    with transaction.atomic():
        record("robot.arm_moved", by=officer())
    lines = rows_of(auditor(), "/buku/akses.csv?jenis=semua")
    assert "Robot: arm moved" in {line[3] for line in lines}


def test_access_book_names_persons_as_they_were_written() -> None:
    make.submitted()
    lines = rows_of(auditor(), "/buku/akses.csv?jenis=permohonan")
    sent = next(line for line in lines if line[3].startswith("Mengajukan permohonan"))
    assert "yang dapat dihubungi: Ketua Panitia Contoh" in sent[3]
    assert "0274 000 001" not in " ".join(sent)


def test_filters_find_by_person_number_camera_and_day() -> None:
    first, second = make.issued(), make.issued()
    camera = first.cameras.get().camera
    today = f"{now().astimezone(WIB):%Y-%m-%d}"

    def numbers(query: str) -> set[str]:
        return {
            line[6].split(";")[0] for line in rows_of(auditor(), f"/buku/akses.csv?{query}")[1:]
        }

    assert numbers("jenis=permohonan") == {first.number, second.number}
    assert numbers(f"jenis=permohonan&nomor={first.number}") == {first.number}
    assert numbers(f"jenis=permohonan&kamera={camera.pk}") == {first.number}
    assert numbers(f"jenis=permohonan&siapa={second.applicant.name}") == {second.number}
    assert numbers(f"jenis=permohonan&dari={today}&sampai={today}") == {first.number, second.number}
    assert numbers("jenis=permohonan&sampai=2020-01-01") == set()


def test_a_wrong_date_is_said_and_the_book_still_opens() -> None:
    page = logged_in(auditor()).get("/buku/kahar/?dari=kemarin&sampai=2026-01-01")
    assert page.status_code == 200
    assert "Tanggal tidak dikenal" in page.text
    page = logged_in(auditor()).get("/buku/kahar/?dari=2026-02-01&sampai=2026-01-01")
    assert "Tukar keduanya" in page.text


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(beginning: str) -> None:
    assert guarded(f"{beginning}1+1") == f"'{beginning}1+1"
    assert guarded(f"1{beginning}1") == f"1{beginning}1"


def test_what_people_wrote_is_guarded_in_the_csv_and_escaped_on_the_page() -> None:
    nasty = '=HYPERLINK("http://x","<b>klik</b>")'
    books.incident(IncidentKind.FORCE_MAJEURE, description="aman", by=officer(name=nasty))
    lines = rows_of(auditor(), "/buku/kahar.csv")
    assert lines[1][6].startswith(f"'{nasty}")
    page = logged_in(auditor()).get("/buku/kahar/")
    assert "<b>klik</b>" not in page.text


def test_disk_book_tells_disk_receiver_and_what_became_of_the_source() -> None:
    row = books.erased()
    line = rows_of(auditor(), f"/buku/hard-disk.csv?nomor={row.number}")[1]
    disk = row.hand_over.export.medium
    assert disk.label in line[1]
    assert line[2].startswith(str(row.number))
    assert row.applicant.name in line[6]
    assert line[7].startswith("Sudah dimusnahkan")


def test_fault_book_holds_what_the_recorder_saw_and_what_people_wrote() -> None:
    camera = CameraFactory(name="Lobi timur")
    books.gap(camera, now() - timedelta(hours=2), None)
    books.incident(cameras=[camera])
    books.incident(IncidentKind.FORCE_MAJEURE)
    lines = rows_of(auditor(), f"/buku/kendala.csv?kamera={camera.pk}")[1:]
    assert ["Perekam" in line[6] for line in lines] == [False, True]
    assert lines[1][1].startswith("masih berlangsung")


def test_a_long_book_has_pages_and_its_csv_is_whole() -> None:
    camera = CameraFactory()
    for hour in range(55):
        books.gap(camera, now() - timedelta(hours=hour + 1), 1)
    page = logged_in(auditor()).get("/buku/kendala/?kamera=" + str(camera.pk))
    assert f"?kamera={camera.pk}&amp;page=2" in page.text
    assert Entry.objects.get(action="book.viewed").facts["page"] == "1"
    assert "55 catatan" in " ".join(page.text.split())
    assert len(rows_of(auditor(), "/buku/kendala.csv")) == 56


def test_books_are_the_five_of_the_sop() -> None:
    assert [book.number for book in BOOKS.values()] == [1, 2, 3, 4, 5]


def test_a_played_range_is_told_to_the_second_and_a_still_is_a_still() -> None:
    row = make.issued()
    camera = row.cameras.get().camera
    start = datetime(2026, 11, 24, 9, 0, 5, tzinfo=WIB)
    facts = {"camera": camera.pk, "number": row.number, "from": start.isoformat()}
    film = {**facts, "until": (start + timedelta(seconds=9)).isoformat(), "way": "video"}
    still = {**facts, "until": start.isoformat(), "way": "still"}
    with transaction.atomic():
        record("footage.viewed", by=row.applicant, subject=camera, facts=film)
        record("footage.viewed", by=row.applicant, subject=camera, facts=still)
    seen = rows_of(auditor(), "/buku/akses.csv?jenis=rekaman")[1:3]
    assert seen[0][3] == "Melihat gambar diam di ruang periksa"
    assert seen[0][4].endswith("24 Nov 2026, 09.00.05 WIB")
    assert seen[1][3] == "Memutar rekaman di ruang periksa"
    assert seen[1][4] == f"{camera.name} ({camera.room.name}); 24 Nov 2026, 09.00.05–09.00.14 WIB"


def test_what_happens_to_a_disk_names_the_disk() -> None:
    row = books.handed_over()
    lines = rows_of(auditor(), "/buku/akses.csv")
    handed = next(line for line in lines if line[3] == "Menyerahkan hard disk")
    assert handed[4].startswith(f"Hard disk {row.hand_over.export.medium.label}; ")


def test_the_page_says_in_words_what_was_asked() -> None:
    page = logged_in(auditor()).get("/buku/akses/?dari=2026-11-01&jenis=ruang")
    assert "Yang ditampilkan: Dari 01-11-2026, Jenis: Ruang." in page.text


def test_expiry_has_a_kind_of_its_own_and_an_erasure_stands_once() -> None:
    facts = {"segments": 2, "bytes": 20}
    with transaction.atomic():
        record("footage.purged", by=SYSTEM, facts={"kind": "EXPIRY", **facts})
        record("footage.purged", by=SYSTEM, facts={"kind": "ERASURE", **facts})
        record("purge.stopped", by=SYSTEM, facts={"reason": "Terlalu banyak."})
        record("erasure.done", by=SYSTEM, facts=facts)
        record("request.erased", by=SYSTEM)

    def said(kind: str) -> list[str]:
        return [line[3] for line in rows_of(auditor(), f"/buku/akses.csv?jenis={kind}")[1:]]

    erasure = str(SENTENCES["erasure.done"])
    for kind in ("akses", "rekaman", "permohonan"):
        assert [line for line in said(kind) if not line.startswith("Mengunduh buku")] == [
            f"{erasure}; 2 potongan"
        ]
    assert said("penghapusan") == [
        "Penghapusan berhenti, perlu diperiksa; Terlalu banyak.",
        "Menghapus rekaman; 2 potongan",
    ]


def test_the_access_book_words_every_action_of_the_code() -> None:
    source = chain.from_iterable(
        (settings.BASE_DIR / app).rglob("*.py") for app in ("devices", "recordings", "requests_app")
    )
    written = {word for one in source for word in ACTION.findall(one.read_text())}
    assert written - set(SENTENCES) == set()
