"""What an export would be, and onto which disks it could go, before anything starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.errors import Refused
from cctvportal.common.templatetags.portal import time_range, wib_range
from devices.models import Camera
from recordings.enums import ExportState
from recordings.models import Export, Medium
from recordings.selectors import Coverage, Span, coverage
from recordings.services import exports
from recordings.services.permits import Permit


@dataclass(frozen=True, slots=True)
class Choice:
    """One registered disk: how much is free, or why it cannot be used as it is now."""

    medium: Medium
    free: int
    fits: bool
    problem: str
    others: tuple[str, ...]

    @property
    def usable(self) -> bool:
        return not self.problem and self.fits

    @property
    def label(self) -> SafeString:
        return format_html("<strong>{}</strong> <small>{}</small>", self.medium.label, self.words)

    @property
    def words(self) -> str:
        if self.problem:
            return self.problem
        said = [_("kosong %s") % words.size(self.free), self.medium.get_kind_display()]
        if self.medium.serial:
            said.append(_("nomor seri %s") % self.medium.serial)
        if not self.fits:
            said.append(_("tidak cukup"))
        if self.others:
            said.append(_("berisi paket lain: %s") % ", ".join(self.others))
        return ", ".join(map(str, said))


def choices(permit: Permit, *, by: User) -> list[Choice]:
    """Every disk in use, looked at just now."""
    used = Medium.objects.filter(retired_at=None)
    return [_choice(permit, medium, by) for medium in used]


def _choice(permit: Permit, medium: Medium, by: User) -> Choice:
    there = Export.objects.filter(medium=medium, state=ExportState.VERIFIED)
    others = there.exclude(reference=permit.reference).values_list("number", flat=True)
    try:
        seen = exports.preview(permit=permit, medium=medium, by=by)
    except Refused as refusal:
        return Choice(medium, 0, fits=False, problem=refusal.message, others=tuple(others))
    return Choice(medium, seen.free_bytes, fits=seen.fits, problem="", others=tuple(others))


@dataclass(frozen=True, slots=True)
class Outlook:
    """The size in bytes and what to know beforehand; `cameras` in the words of a list."""

    bytes: int
    empty: bool
    cameras: list[str]
    flags: list[dict[str, str]]


def outlook(permit: Permit) -> Outlook:
    found = coverage(permit.camera_ids, permit.start, permit.end)
    names = dict(Camera.objects.filter(pk__in=permit.camera_ids).values_list("pk", "name"))
    return Outlook(
        bytes=sum(one.bytes for one in found),
        empty=all(one.is_empty for one in found),
        cameras=[_camera(names[one.camera_id], one) for one in found],
        flags=_flags(found, names),
    )


def _camera(name: str, one: Coverage) -> str:
    if one.is_empty:
        return _("%s: tidak ada rekaman") % name
    facts = {"name": name, "long": words.duration(one.seconds), "size": words.size(one.bytes)}
    return _("%(name)s: %(long)s, %(size)s") % facts


def _flags(found: Iterable[Coverage], names: dict[int, str]) -> list[dict[str, str]]:
    """The holes by camera, and that a recording begins a little before the time asked for."""
    flags = []
    for one in found:
        name = names[one.camera_id]
        if one.is_whole:
            flags.append({"kind": "ok", "text": _("%s: lengkap.") % name})
        elif one.is_empty:
            flags.append({"kind": "bad", "text": _("%s: tidak ada rekaman.") % name})
        else:
            holes = [_hole(hole) for hole in one.missing]
            text = format_html("{} {}.", _("%s: terputus") % name, SafeString("; ".join(holes)))
            flags.append({"kind": "warn", "text": text})
        if one.damaged:
            lost = words.duration(sum(((s.end - s.start) for s in one.damaged), timedelta(0)))
            broken = _(
                "%(camera)s: %(lost)s rusak dan tidak ikut disalin. Waktunya tertulis di dalam "
                "paket."
            )
            flags.append({"kind": "bad", "text": broken % {"camera": name, "lost": lost}})
        if one.overlaps:
            held = words.duration(sum(((s.end - s.start) for s in one.overlaps), timedelta(0)))
            twice = _(
                "%(camera)s: %(held)s direkam dua kali oleh perekam lain. Potongan itu disimpan, "
                "tetapi tidak ikut disalin."
            )
            flags.append({"kind": "warn", "text": twice % {"camera": name, "held": held}})
    lead_in = _(
        "Tiap rekaman mulai pada gambar utuh terakhir sebelum waktu izin, beberapa detik lebih "
        "awal. Selisihnya tertulis di dalam paket."
    )
    return [*flags, {"kind": "ok", "text": lead_in}]


def _hole(hole: Span) -> str:
    """Its hours and how long it is: minutes alone would hide a short one."""
    long = words.duration(hole.end - hole.start)
    return format_html("{} ({})", time_range(hole.start, hole.end), long)


def permit_rows(permit: Permit, seen: Outlook) -> list[dict[str, Any]]:
    return [
        {"label": _("Permohonan"), "value": permit.number},
        {"label": _("Waktu rekaman"), "value": wib_range(permit.start, permit.end)},
        {"label": _("Kamera"), "lines": seen.cameras},
        {"label": _("Ukuran"), "value": _("kira-kira %s") % words.size(seen.bytes)},
        {"label": _("Pengaman"), "value": _("Berkas disandikan. Sandinya terpisah dari disk.")},
    ]
