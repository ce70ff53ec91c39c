"""The pages of retention in Chromium: each at both widths, and a change from asking to agreeing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from recordings.enums import HoldKind
from recordings.models import PolicyChange, RecordingPlan
from recordings.services import holds
from tests.browser import enter, faults, faults_at_both, one_visit
from tests.factories import retention as made
from tests.factories.accounts import applicant, approver, officer
from tests.factories.devices import CameraFactory
from tests.factories.recordings import PlanFactory, PolicyFactory
from tests.requests_app.views.test_purge_days import certificate

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def clerk(portal_server: str) -> User:
    return officer(name="Petugas Contoh", jabatan="Pranata Komputer")


@pytest.fixture
def head(portal_server: str) -> User:
    return approver(name="Kepala Contoh", jabatan="Kepala BKPSDM")


@pytest.fixture
def plans(clerk: User, head: User, data_dir: object) -> list[RecordingPlan]:
    """Three cameras under two policies; some of their footage goes tomorrow, some is held."""
    outside = PolicyFactory(name="Keamanan halaman", legal_basis=made.BASIS)
    inside = PolicyFactory(name="Ruang asesmen", purpose="ASSESSMENT", keep_for=timedelta(days=14))
    rows: list[RecordingPlan] = [
        PlanFactory(camera=CameraFactory(name=name), policy=policy)
        for name, policy in (
            ("Parkir timur", outside),
            ("Lobi utama lantai 1", outside),
            ("Ruang asesmen 1, depan", inside),
        )
    ]
    for plan in rows[:2]:
        for days in (29.9, 29.5, 20, 10, 2):
            made.kept(plan, days, body=b"x" * 3_400_000)
    start = now() - timedelta(days=29.9)
    holds.place(
        camera_ids=[rows[0].pk],
        start=start,
        end=start + timedelta(seconds=5),
        kind=HoldKind.REQUEST,
        reference="permohonan-1",
        by=applicant(),
    )
    for day in (21, 22, 23):
        certificate(date(2026, 11, day))
    return rows


@one_visit
def test_every_page_fits_and_has_nothing_for_axe_to_find(
    plans: list[RecordingPlan], clerk: User, head: User, portal_server: str, browser_page: Page
) -> None:
    made.carried_out(made.new_policy("Gudang arsip", by=clerk))
    made.agreed(made.shorter(plans[2], days=5, by=clerk), by=head)
    change = made.shorter(plans[0], by=clerk)
    own = f"/masa-simpan/{change.pk}/"
    pages = {
        "masa-simpan": "/masa-simpan/",
        "masa-simpan-satu": own,
        "masa-simpan-baru": "/admin/masa-simpan/baru/",
        "masa-simpan-ubah": f"/admin/masa-simpan/{plans[2].policy_id}/ubah/",
        "masa-simpan-pindah": f"/admin/masa-simpan/kamera/{plans[0].pk}/",
        "terhapus-besok": "/admin/terhapus-besok/",
        "penghapusan-harian": "/penghapusan/",
    }
    found = {}
    enter(browser_page, portal_server, clerk)
    for name, address in pages.items():
        browser_page.goto(portal_server + address)
        found[name] = faults_at_both(browser_page, name)
    enter(browser_page, portal_server, head)
    for name, address in {
        "kotak-masuk": "/keputusan/",
        "masa-simpan-setujui": f"{own}setujui/",
        "masa-simpan-batal": f"{own}batal/",
        "masa-simpan-kepala": "/masa-simpan/",
        "penghapusan-lanjut": "/pemantauan/lanjutkan/",
    }.items():
        browser_page.goto(portal_server + address)
        found[name] = faults_at_both(browser_page, name)
    assert {name: said for name, said in found.items() if said} == {}


def test_a_change_from_asking_to_agreeing_by_clicking(
    plans: list[RecordingPlan], clerk: User, head: User, portal_server: str, browser_page: Page
) -> None:
    page = browser_page
    enter(page, portal_server, clerk)
    page.goto(f"{portal_server}/masa-simpan/")
    page.get_by_role("link", name="Ubah Keamanan halaman").click()
    page.get_by_label("Lama disimpan").fill("7")
    page.get_by_label("Alasan").fill(made.REASON)
    page.get_by_role("button", name="Lihat akibatnya").click()
    page.get_by_role("heading", name="Akibatnya").wait_for()
    assert faults(page, "masa-simpan-akibat") == []
    page.get_by_role("button", name="Minta persetujuan").click()
    page.get_by_text("Diminta. Kepala atau Sekretaris").wait_for()
    enter(page, portal_server, head)
    page.goto(f"{portal_server}/keputusan/")
    page.get_by_role("link", name="Periksa perubahan").click()
    page.get_by_role("button", name="Setujui perubahan").click()
    page.get_by_text("Perubahan disetujui.").wait_for()
    assert faults(page, "masa-simpan-disetujui") == []
    assert PolicyChange.objects.get().confirmed_by == head
