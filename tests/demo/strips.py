"""A package as its receiver opens it: every frame's own clock against what keterangan.json says.

The virtual cameras draw the UTC millisecond and a frame counter into each picture, so an exported
file proves by itself when each of its frames was taken, and that none is missing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pyzipper

from tests.demo.browser import PageError
from tests.demo.office import Range
from tests.demo.pictures import Picture, pictures
from tests.demo.report import Package

GOP: Final = timedelta(seconds=2)
TOLERANCE: Final = timedelta(milliseconds=200)
# keterangan.json rounds its times to this.
_GRAIN: Final = timedelta(milliseconds=1)


def within(picture: Picture, allowed: Range) -> None:
    """Raises PageError when the picture was not taken in the range."""
    if not allowed.start - TOLERANCE <= picture.taken < allowed.end + TOLERANCE:
        raise PageError(f"gambar {picture.taken} di luar {allowed.start} sampai {allowed.end}")


@dataclass(frozen=True, slots=True)
class Film:
    """One MP4 of a package with its frames, and its part of keterangan.json."""

    name: str
    facts: dict[str, Any]
    pictures: tuple[Picture, ...]

    def told(self, picture: Picture) -> datetime:
        """When it was taken, by keterangan.json and by its place in the file."""
        return datetime.fromisoformat(self.facts["gambar_pertama"]) + picture.at


@dataclass(frozen=True, slots=True)
class Opened:
    """A package's films and what its keterangan.json says as a whole."""

    stories: tuple[dict[str, Any], ...]
    films: tuple[Film, ...]

    @property
    def segments(self) -> list[str]:
        return [source["potongan"] for film in self.films for source in film.facts["sumber"]]


def opened(package: Package) -> Opened:
    """Everything in the package's ZIPs, read with the passphrase into memory only."""
    members: dict[str, bytes] = {}
    for path in sorted((Path(package.path) / "data").glob("*.zip")):
        with pyzipper.AESZipFile(path) as archive:
            archive.setpassword(package.passphrase.encode())
            members |= {name: archive.read(name) for name in archive.namelist()}
    told = [name for name in members if name.endswith("keterangan.json")]
    stories = tuple(json.loads(members[name]) for name in sorted(told))
    films = tuple(
        Film(facts["nama"], facts, tuple(pictures(members[facts["nama"]])))
        for story in stories
        for facts in story["berkas"]
    )
    if not films or any(not film.pictures for film in films):
        raise PageError(f"{package.path}: tidak ada gambar di dalamnya")
    return Opened(stories, films)


def check_counters(package: Opened) -> int:
    """The counter goes on by one from frame to frame; the number of frames."""
    for film in package.films:
        for left, right in pairwise(one.counter for one in film.pictures):
            if right != left + 1:
                raise PageError(f"{film.name}: gambar {left} disusul gambar {right}")
        if len(film.pictures) != film.facts["jumlah_gambar"]:
            raise PageError(f"{film.name}: {len(film.pictures)} gambar, tertulis lain")
    return sum(len(film.pictures) for film in package.films)


def check_beginning(package: Opened, asked: Range) -> timedelta:
    """The first picture: at most one GOP before the range, and declared; by how much."""
    film = package.films[0]
    first = film.pictures[0]
    lead_in = asked.start - film.told(first)
    declared = timedelta(seconds=film.facts["mendahului_detik"])
    if not -TOLERANCE <= lead_in <= GOP or first.taken < asked.start - GOP - TOLERANCE:
        raise PageError(f"{film.name} mulai {first.taken}, diminta {asked.start}")
    if abs(max(lead_in, timedelta(0)) - declared) > _GRAIN:
        raise PageError(f"{film.name} mendahului {lead_in}, tertulis {declared}")
    return lead_in


def check_end(package: Opened, asked: Range) -> timedelta:
    """The last picture lies before the end of the range, at most a GOP; by how much."""
    film = package.films[-1]
    last = film.pictures[-1]
    left = asked.end - datetime.fromisoformat(film.facts["gambar_terakhir"])
    if not timedelta(0) < left <= GOP or last.taken >= asked.end + TOLERANCE:
        raise PageError(f"{film.name} berakhir {last.taken}, diminta sampai {asked.end}")
    return left


def check_times(package: Opened) -> timedelta:
    """Each picture was taken when keterangan.json says, within the tolerance; the worst of all."""
    worst = max(
        abs(picture.taken - film.told(picture))
        for film in package.films
        for picture in film.pictures
    )
    if worst > TOLERANCE:
        raise PageError(f"waktu gambar meleset {worst.total_seconds():.3f} s")
    return worst
