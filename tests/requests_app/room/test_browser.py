"""The checking room in real Chromium: plays, seeks, leaps over gaps, and reads well."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from playwright.sync_api import Page

from cctvportal.audit.models import Entry
from devices.simulator import strip
from requests_app.services.close import revoke
from tests.browser import DESK, PHONE, axe, enter, fits, picture, until
from tests.factories.accounts import approver
from tests.requests_app.room.filming import Room, build

pytestmark = pytest.mark.browser
# What the video shows just now, as gray bytes; the time on the page of the same instant.
LOOK = """() => {
  const video = document.querySelector("video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  const rgba = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  const gray = new Uint8Array(rgba.length / 4).map((_, n) => rgba[n * 4 + 1]);
  return [canvas.width, canvas.height, btoa(String.fromCharCode.apply(null, gray.subarray(0, 0))
    + Array.from(gray, (one) => String.fromCharCode(one)).join("")), video.currentTime];
}"""
# A busy machine paints late while a film runs; a seek to the same place ends with its own picture.
STAND = """() => new Promise((done) => {
  const video = document.querySelector("video");
  video.pause();
  video.addEventListener("seeked", () => done(), { once: true });
  video.currentTime = video.currentTime;
})"""
PLAYED = (
    "document.querySelector('video').currentTime > {} && !document.querySelector('video').seeking"
)


@pytest.fixture
def room(race_db: object, data_dir: Path) -> Room:
    return build(holes=(2, 3))


def open_room(page: Page, server: str, room: Room) -> None:
    """Through the door, by typing."""
    enter(page, server, room.request.applicant)
    page.goto(server + room.url("open"))
    page.get_by_label("Sandi ruang periksa").fill(room.passphrase.lower())
    assert axe(page) == []
    page.get_by_role("button", name="Buka ruang periksa").click()
    page.wait_for_url(server + room.url("view"))


def look(page: Page) -> tuple[float, float]:
    """UNIX time that the shown picture carries, and the player's own clock."""
    width, height, coded, position = page.evaluate(LOOK)
    gray = np.frombuffer(base64.b64decode(coded), np.uint8).reshape(height, width)
    return strip.decode(cast("strip.Plane", gray)).seconds, float(position)


def right_time(page: Page, room: Room) -> float:
    """Seconds from the range's start where the film now stands still, if its picture says so."""
    page.evaluate(STAND)
    start = cast("datetime", room.request.approved_start).timestamp()
    shown, position = look(page)
    assert shown - start == pytest.approx(position, abs=0.15)
    return position


def test_film_plays_and_every_seek_shows_its_time(
    portal_server: str, browser_page: Page, room: Room
) -> None:
    page = browser_page
    open_room(page, portal_server, room)
    assert fits(page)
    picture(page, "ruang-awal")
    assert not Entry.objects.filter(action="footage.viewed").exists()
    page.get_by_role("button", name="Putar rekaman").click()
    until(page, PLAYED.format(1))
    assert right_time(page, room) < 6
    page.evaluate("document.querySelector('video').currentTime = 42.5")
    page.evaluate("void document.querySelector('video').play().catch(() => 0)")
    until(page, PLAYED.format(43))
    assert 43 <= right_time(page, room) < 50
    page.get_by_role("link", name="sesudah terputus").click()
    until(page, "document.querySelector('video').currentTime < 38")
    until(page, PLAYED.format(35.2))
    assert 35 <= right_time(page, room) < 40
    assert "Sedang diputar" in page.locator("[data-now]").inner_text()
    assert axe(page) == []
    picture(page, "ruang")
    booked = [entry.facts["from"] for entry in Entry.objects.filter(action="footage.viewed")]
    assert len(booked) == len(set(booked)) >= 3


@pytest.mark.parametrize("browser_page", [DESK], indirect=True)
def test_film_goes_on_behind_a_gap(portal_server: str, browser_page: Page, room: Room) -> None:
    page = browser_page
    open_room(page, portal_server, room)
    page.get_by_role("button", name="Putar rekaman").click()
    until(page, PLAYED.format(0.2))
    page.evaluate("document.querySelector('video').currentTime = 13.5")
    until(page, PLAYED.format(35.5))
    assert right_time(page, room) < 45


@pytest.mark.parametrize("browser_page", [PHONE], indirect=True)
def test_withdrawn_access_is_said_by_the_player(
    portal_server: str, browser_page: Page, room: Room
) -> None:
    page = browser_page
    open_room(page, portal_server, room)
    revoke(room.request, reason="Dibatalkan", by=approver())
    page.get_by_role("button", name="Putar rekaman").click()
    page.get_by_text("Akses sudah berakhir atau dicabut").wait_for()


@pytest.mark.parametrize("browser_page", [PHONE, DESK], indirect=True)
def test_stills_tell_the_film_too(portal_server: str, browser_page: Page, room: Room) -> None:
    page = browser_page
    open_room(page, portal_server, room)
    page.get_by_text("Lihat gambar diam sepanjang rekaman").click()
    page.get_by_role("link", name="Gambar").first.click()
    page.get_by_role("link", name="10 detik berikutnya").click()
    until(page, "document.querySelector('.cp-player--still img')?.naturalWidth > 0")
    assert fits(page)
    assert axe(page) == []
    picture(page, "diam")
