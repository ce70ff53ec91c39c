"""The checking room, fetched as its player and its page without JavaScript would."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from tests.demo.browser import Browser, Page, PageError, words
from tests.demo.office import Case, Range
from tests.demo.pictures import pictures
from tests.demo.strips import GOP, within
from tests.demo.waiting import until

_GAP: Final = re.compile(r"#EXTINF:([\d.]+),\s+#EXT-X-GAP")


def unlock(applicant: Browser, case: Case, passphrase: str) -> Page:
    """A wrong passphrase is refused with a sentence, the right one opens the room."""
    door = applicant.open(case.detail).follow("/ruang/")
    wrong = door.try_press("Buka ruang periksa", passphrase="AAAA-AAAA-AAAA-AAAA-AAAA")
    if not wrong.errors:
        raise PageError(f"{wrong.path}: sandi yang salah tidak ditolak")
    return wrong.press("Buka ruang periksa", passphrase=passphrase).must_say(case.camera)


def when_whole(view: Page) -> Page:
    """The room once the last segment of the range is closed, too."""

    def look() -> Page | None:
        page = view.again()
        cameras = page.tree.xpath("//main//ul[contains(@class,'cp-cams')]")
        return page if cameras and "lengkap" in words(cameras[0]) else None

    return until(look, what="rekaman lengkap di ruang periksa", seconds=60)


@dataclass(frozen=True, slots=True)
class Reel:
    """What the player fetched: the address of its playlist, and those of the segments."""

    playlist: str
    pieces: tuple[str, ...]


def play(applicant: Browser, view: Page, allowed: Range) -> Reel:
    """Playlist, map and segments; every picture was taken inside the approved range.

    It may begin less than a GOP late: no picture can be shown before the first key picture.
    """
    found = view.tree.xpath("//@data-playlist")
    if not found:
        raise PageError(f"{view.path} tidak punya daftar putar: {view.sentence}")
    address = urljoin(view.response.url, str(found[0]))
    told = applicant.get(address)
    missing = sum(float(one) for one in _GAP.findall(told.text))
    if told.status_code != 200 or "#EXTM3U" not in told.text or missing > GOP.total_seconds():
        raise PageError(f"daftar putar: {told.status_code} {told.text[:400]}")
    init, pieces = "", []
    for line in told.text.splitlines():
        if named := re.match(r'#EXT-X-MAP:URI="([^"]+)"', line):
            init = urljoin(address, named.group(1))
        elif line.startswith("/"):
            pieces.append(urljoin(address, line))
            _check_film(applicant, init, pieces[-1], allowed)
    if not pieces:
        raise PageError(f"daftar putar tanpa rekaman: {told.text[:200]}")
    return Reel(address, tuple(pieces))


def _check_film(applicant: Browser, init: str, media: str, allowed: Range) -> None:
    parts = [applicant.get(url) for url in (init, media)]
    if any(part.status_code != 200 for part in parts):
        raise PageError(f"potongan rekaman: {[part.status_code for part in parts]}")
    for picture in pictures(b"".join(part.content for part in parts)):
        within(picture, allowed)


def stills(applicant: Browser, view: Page, allowed: Range) -> int:
    """The pictures of the page without JavaScript; each was taken inside the approved range."""
    found = [str(one) for one in view.tree.xpath("//main//img/@src")]
    for url in found:
        answer = applicant.get(urljoin(view.response.url, url))
        if answer.status_code != 200 or not answer.content.startswith(b"\xff\xd8"):
            raise PageError(f"{url}: {answer.status_code}, bukan gambar")
        for picture in pictures(answer.content, "mjpeg"):
            within(picture, allowed)
    if not found:
        raise PageError(f"{view.path} tidak punya gambar diam")
    return len(found)
