"""What every paper is made of. All of it is data: typst sets it as text, never as markup."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import segno

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import WIB
from devices.models import Camera
from requests_app.models import AccessRequest
from requests_app.papers.kinds import PaperKind

SOP = "SOP Pengelolaan CCTV Nomor 20/SEKRETARIAT/XII/2021"


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it says, in one or several lines."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper; whatever is empty is left out."""

    title: str = ""
    text: str = ""
    facts: tuple[Fact, ...] = ()
    points: tuple[str, ...] = ()
    quote: str = ""
    framed: bool = False


@dataclass(frozen=True, slots=True)
class Signer:
    """Room for one signature; `note` tells what the person confirmed by their own login."""

    role: str
    name: str
    nip: str
    position: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper, ready to be set. `code` is what its QR holds: compact, without names.

    `kind` is None for a paper that belongs to no request.
    """

    kind: PaperKind | None
    title: str
    number: str
    request_number: str
    opening: str
    sections: tuple[Section, ...]
    place_and_date: str
    signers: tuple[Signer, ...]
    code: tuple[str, ...] = field(default=())

    @property
    def file_name(self) -> str:
        return f"{self.number.replace('/', '-')}.pdf"

    def data(self) -> dict[str, Any]:
        """All of it as JSON would have it, with the QR drawn."""
        return {**asdict(self), "qr": qr("\n".join(self.code))}


def fact(label: str, *lines: str) -> Fact:
    return Fact(label, tuple(line for line in lines if line) or ("-",))


def paper_number(request: AccessRequest, code: str) -> str:
    """`007/BAST/XI/2026` for the request `007/CCTV/XI/2026`: one paper of a kind for a request."""
    return (request.number or "").replace("/CCTV/", f"/{code}/")


def ranged(start: datetime, end: datetime) -> str:
    """`Senin, 23 November 2026, 08.00–12.00 WIB`; with the seconds where they are not zero."""
    if start.second or end.second:
        return spanned(start, end)
    said = words.hours(start, end)
    return f"{words.weekday_date(start)}, {said}" if words.EN_DASH in said else said


def spanned(start: datetime, end: datetime) -> str:
    """`23 November 2026, 08.00.05–12.00.01 WIB`: with the seconds, where frames are meant."""
    left, right = start.astimezone(WIB), end.astimezone(WIB)
    close = f"{right:%H.%M.%S}{words.HARD_SPACE}WIB"
    if left.date() == right.date():
        return f"{words.date(start)}, {left:%H.%M.%S}{words.EN_DASH}{close}"
    opening = f"{words.date(start)}, {left:%H.%M.%S}{words.HARD_SPACE}WIB"
    return f"{opening} sampai {words.date(end)}, {close}"


def person(user: User) -> tuple[Fact, ...]:
    return (
        fact("Nama", user.name),
        fact("NIP", words.nip(user.nip)),
        fact("Jabatan", user.jabatan),
        fact("Unit kerja", user.unit),
    )


def named(user: User) -> str:
    return f"{user.name}, NIP {words.nip(user.nip)}"


def signer(role: str, user: User, note: str = "") -> Signer:
    return Signer(role, user.name, words.nip(user.nip), user.jabatan, note)


def camera_lines(cameras: Iterable[Camera]) -> tuple[str, ...]:
    return tuple(f"{camera.name} ({camera.room.name})" for camera in cameras)


def by_login(moment: datetime) -> str:
    """Below a signer's name: that the person confirmed it by their own login, and when."""
    return f"Dipastikan dengan akun sendiri {brief_time(moment)}"


def brief_time(moment: datetime) -> str:
    """`24 November 2026, 09.26 WIB`, where the weekday would break the line."""
    return f"{words.date(moment)}, {words.time(moment)}"


def place_and_date(moment: datetime) -> str:
    return f"Yogyakarta, {words.date(moment)}"


def late_entry(request: AccessRequest) -> tuple[Section, ...]:
    """Said on every paper of a request that was written down later than it happened."""
    if request.happened_at is None or request.submitted_at is None:
        return ()
    return (
        Section(
            title="Dicatat kemudian",
            text=(
                f"Permohonan ini terjadi {words.date_time(request.happened_at)} dan dicatat di "
                f"portal {words.date_time(request.submitted_at)}. Sebab: {request.outage_note}"
            ),
            framed=True,
        ),
    )


def iso(moment: datetime) -> str:
    return moment.astimezone(WIB).isoformat(timespec="seconds")


def qr(text: str) -> str:
    """The text as a QR in SVG."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=2, xmldecl=False)
    return drawn.getvalue().decode()
