"""The pages of applicant and approver in Chromium, at both widths, in their less usual states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recordings.models.export import ExportCamera
from requests_app.enums import Outcome
from requests_app.services.close import revoke
from requests_app.services.erase import request_erasure
from requests_app.services.keys import confirm_key_received, hand_key
from requests_app.services.validate import record_validation
from tests.browser import enter, faults, faults_at_both, one_visit
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import RoomKeyFactory

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from cctvportal.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_dir")]


def decisions(head: User) -> dict[str, str]:
    clerk = officer(name="Petugas Contoh")
    waiting, called = make.submitted(cameras=3), make.validated()
    phoned = make.approved_by_phone(head=head)
    refused = make.told_by_phone(make.validated(), head, reason="Tidak sesuai tugas")
    gone = make.handed_over(by=clerk)
    ExportCamera.objects.create(
        export=gone.hand_over.export, camera_id=gone.cameras.get().camera_id
    )
    request_erasure(gone, typed=gone.number or "", by=clerk)
    return {
        "kotak": "/keputusan/",
        "putuskan": f"/keputusan/{waiting.pk}/",
        "setujui-belum": f"/keputusan/{waiting.pk}/setujui/",
        "setujui": f"/keputusan/{called.pk}/setujui/",
        "telepon": f"/keputusan/{phoned.pk}/telepon/",
        "telepon-tolak": f"/keputusan/{refused.pk}/telepon/",
        "pemusnahan": f"/keputusan/{gone.pk}/pemusnahan/",
        "pemusnahan-batal": f"/keputusan/{gone.pk}/pemusnahan/batal/",
        **denied(),
        "buku": "/buku/akses/",
    }


def denied() -> dict[str, str]:
    """Somebody who was called did not vouch for the activity."""
    row = make.submitted()
    record_validation(row, name="Ketua Panitia", outcome=Outcome.DENIED, by=approver())
    return {
        "putuskan-disangkal": f"/keputusan/{row.pk}/",
        "setujui-disangkal": f"/keputusan/{row.pk}/setujui/",
    }


def asked(person: User) -> dict[str, str]:
    clerk = officer(name="Petugas Contoh")
    ended, running = (make.issued(make.approved(make.submitted(person))) for _ in "12")
    confirm_key_received(hand_key(ended, key=RoomKeyFactory(label="K-01"), by=clerk), by=person)
    revoke(ended, reason="Dibatalkan", by=approver())
    hand_key(running, key=RoomKeyFactory(label="K-02"), by=clerk)
    return {
        "daftar": "/permohonan/",
        "kunci-keluar": f"/permohonan/{ended.pk}/",
        "kunci-baru": f"/permohonan/{running.pk}/",
        "ruang-tutup": f"/ruang/{ended.pk}/",
    }


@one_visit
@pytest.mark.parametrize("who", ["head", "applicant"])
def test_every_page_fits_and_has_nothing_for_axe_to_find(
    portal_server: str, browser_page: Page, who: str
) -> None:
    person = approver(name="Kepala Contoh") if who == "head" else applicant(name="Pemohon Contoh")
    pages = decisions(person) if who == "head" else asked(person)
    enter(browser_page, portal_server, person)
    found = {}
    for name, address in pages.items():
        browser_page.goto(portal_server + address)
        found[name] = faults_at_both(browser_page, f"minta-{name}")
    assert {name: said for name, said in found.items() if said} == {}


def test_an_error_in_a_row_leaves_labels_and_controls_level(
    portal_server: str, browser_page: Page
) -> None:
    page, row = browser_page, make.draft()
    enter(page, portal_server, row.applicant)
    page.goto(f"{portal_server}/permohonan/{row.pk}/isi/kamera/")
    page.get_by_label("Selesai", exact=True).fill("")
    page.get_by_role("button", name="Lanjut").click()
    assert faults(page, "minta-kamera-salah") == []
    left, right = (page.locator(f"#id_{name}").bounding_box() for name in ("starts_at", "ends_at"))
    assert left is not None
    assert right is not None
    assert abs(left["y"] - right["y"]) < 1
