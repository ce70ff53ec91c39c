"""Alarms in Chromium at both widths: monitoring page, history, guide, where days begin."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.enums import AlarmKind as Kind
from recordings.models import RecordingPlan, VolumeReading, WatchRound
from recordings.services import alarms
from tests.browser import axe, enter, faults, faults_at_both, one_visit, until
from tests.factories import books
from tests.factories.accounts import approver, it_admin, officer

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
GB = 10**9


@pytest.fixture
def troubled(portal_server: str) -> RecordingPlan:
    """An office with one alarm of each urgency, one that is over, and three volumes."""
    WatchRound.objects.create(looked_at=now())
    camera = books.recording("Lobi timur", last_frame_at=now() - timedelta(minutes=12))
    soon, enough = books.recording("Aula"), books.recording("Ruang Asesmen 1, depan")
    since = (now() - timedelta(minutes=12)).isoformat()
    silent = alarms.raise_(Kind.SILENT_CAMERA, str(camera.pk), {"since_at": since}, by=SYSTEM)
    assert silent is not None
    alarms.take(silent, by=officer(name="Petugas Contoh"))
    alarms.raise_(Kind.FORECAST_LOW, str(soon.volume_id), {"days": 5}, by=SYSTEM)
    detail = {"detail": "Jam komputer jauh melampaui catatan terakhir."}
    alarms.raise_(Kind.PURGE_STOPPED, "", detail, by=SYSTEM)
    hour = now() - timedelta(hours=1)
    alarms.raise_(Kind.DATABASE_AWAY, "node-1", at=hour, by=SYSTEM)
    alarms.clear(Kind.DATABASE_AWAY, "node-1", by=SYSTEM)
    _reading(soon, 5)
    _reading(enough, None)
    return camera


def _reading(plan: RecordingPlan, days: int | None) -> None:
    known = {"days": days, "per_day": 120 * GB, "going": 700 * GB, "held": 40 * GB, "unknown": 1}
    VolumeReading.objects.create(
        volume=plan.volume, read_at=now(), free_bytes=900 * GB, total_bytes=4000 * GB,
        forecast=known, forecast_at=now(),
    )  # fmt: skip


@one_visit
def test_pages_fit_and_have_nothing_for_axe_to_find(
    portal_server: str, browser_page: Page, troubled: RecordingPlan
) -> None:
    del troubled
    clerk, head, administrator = officer(), approver(), it_admin()
    visits = [
        ("alarm-pemantauan", "/pemantauan/", clerk),
        ("alarm-selesai", "/pemantauan/alarm/", clerk),
        ("alarm-petunjuk", "/pemantauan/petunjuk/", clerk),
        ("alarm-meja", "/admin/meja/", clerk),
        ("alarm-kotak-masuk", "/keputusan/", head),
        ("alarm-pemantauan-kepala", "/pemantauan/", head),
        ("alarm-beranda-ti", "/admin/", administrator),
    ]
    found = {}
    for name, address, person in visits:
        enter(browser_page, portal_server, person)
        browser_page.goto(f"{portal_server}{address}")
        found[name] = faults_at_both(browser_page, name)
    assert {name: said for name, said in found.items() if said} == {}


def test_a_volume_tells_its_forecast_to_the_administrator(
    portal_server: str, browser_page: Page, troubled: RecordingPlan
) -> None:
    enter(browser_page, portal_server, it_admin())
    volume = VolumeReading.objects.exclude(forecast__days=None).get().volume
    browser_page.goto(f"{portal_server}/admin/recordings/volume/{volume.pk}/change/")
    expect(browser_page.get_by_text("Penuh kira-kira 5 hari lagi")).to_be_visible()
    assert faults(browser_page, "alarm-media") == []
    browser_page.goto(f"{portal_server}/admin/recordings/volume/")
    expect(browser_page.get_by_text("Segera penuh")).to_be_visible()
    assert faults(browser_page, "alarm-daftar-media") == []


def test_a_camera_is_moved_to_another_volume_by_clicking(
    portal_server: str, browser_page: Page, troubled: RecordingPlan
) -> None:
    enter(browser_page, portal_server, it_admin())
    browser_page.goto(f"{portal_server}/admin/recordings/recordingplan/{troubled.pk}/change/")
    assert faults(browser_page, "alarm-rencana-rekam") == []
    other = VolumeReading.objects.exclude(forecast__days=None).get().volume
    browser_page.get_by_label("Media simpan").select_option(str(other.pk))
    browser_page.get_by_role("button", name="Simpan").click()
    browser_page.wait_for_url("**/admin/recordings/recordingplan/")
    assert RecordingPlan.objects.get(pk=troubled.pk).volume == other


def test_an_alarm_is_taken_by_clicking_and_leads_to_its_steps(
    portal_server: str, browser_page: Page, troubled: RecordingPlan
) -> None:
    enter(browser_page, portal_server, it_admin(name="Admin Contoh"))
    browser_page.goto(f"{portal_server}/pemantauan/")
    card = browser_page.locator(".cp-card").filter(has_text="Media simpan segera penuh")
    card.get_by_role("button").click()
    taken = browser_page.locator(".cp-card").filter(has_text="Media simpan segera penuh")
    expect(taken.get_by_text("Ditangani Admin Contoh")).to_be_visible()
    taken.get_by_role("link", name="Petunjuk").click()
    expect(browser_page).to_have_url(re.compile("/pemantauan/petunjuk/#forecast-low$"))
    expect(browser_page.locator("#forecast-low")).to_be_visible()


def test_a_new_alarm_appears_and_an_old_one_goes_without_a_reload(
    portal_server: str, browser_page: Page, troubled: RecordingPlan
) -> None:
    enter(browser_page, portal_server, officer())
    browser_page.goto(f"{portal_server}/pemantauan/")
    alarms.clear(Kind.SILENT_CAMERA, str(troubled.pk), by=SYSTEM)
    alarms.raise_(Kind.DAMAGED, "", {}, by=SYSTEM)
    titles = "[...document.querySelectorAll('.cp-card h3')].map((one) => one.textContent)"
    until(browser_page, f"{titles}.includes('Rekaman rusak atau diubah')", seconds=20)
    assert "Kamera tanpa gambar" not in browser_page.evaluate(titles)
    assert axe(browser_page) == []
