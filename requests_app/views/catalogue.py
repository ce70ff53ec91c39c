"""How each of the five books says its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cctvportal.accounts.access import TABLE
from cctvportal.common import words
from devices.enums import IncidentKind
from recordings.enums import ErasureState, ExportState
from recordings.models import Export
from requests_app.forms.books import BookFilter, DiskFilter, FaultFilter, MonitoringFilter
from requests_app.papers.kinds import PaperKind
from requests_app.selectors import monitoring
from requests_app.selectors.books import access, disks, faults
from requests_app.selectors.books.access import AccessLine
from requests_app.selectors.books.faults import FaultLine
from requests_app.selectors.books.sentences import sentence
from requests_app.selectors.exports import is_lost
from requests_app.selectors.monitoring import Stock, Watched
from requests_app.views.shelf import (
    COLUMN_TIME,
    Book,
    Cell,
    Row,
    at,
    lasting,
    link,
    person,
    places,
    ranged,
    request_cell,
    stamp,
)

_PERSONS = {
    "name": _lazy("yang dihubungi: %s"),
    "validator": _lazy("yang dapat dihubungi: %s"),
    "nip": _lazy("NIP yang diketik: %s"),
    "person": _lazy("mencari nama: %s"),
}


def _access(found: Any, _form: BookFilter) -> list[Row]:
    return [_access_row(line) for line in access.access_lines(list(found))]


def _access_row(line: AccessLine) -> Row:
    entry, request = line.entry, line.request
    when = ranged(line.start, line.end)
    what = _thing(line)
    return (
        Cell(str(entry.serial)),
        at(entry.at),
        Cell(line.persons["actor"]) if "actor" in line.persons else person(entry.actor),
        Cell(sentence(entry.action, entry.facts), _note(line)),
        Cell(what, when) if what else Cell(when),
        Cell(request.activity if request else ""),
        request_cell(request, str(entry.facts.get("number") or "")),
    )


def _thing(line: AccessLine) -> str:
    """The key, the disk, the paper or the book; else the cameras."""
    facts = line.entry.facts
    if line.handout:
        key = line.handout.key
        return _("Kunci %(key)s, %(room)s") % {"key": key.label, "room": key.room.name}
    if book := BOOKS.get(str(facts.get("book"))):
        return str(book.title)
    if facts.get("paper") in PaperKind.values:
        return str(PaperKind(facts["paper"]).label)
    disk = _("Hard disk %s") % line.medium.label if line.medium else ""
    return "; ".join(filter(None, (disk, places(line.cameras))))


def _note(line: AccessLine) -> str:
    facts: Mapping[str, Any] = line.entry.facts
    notes = [
        str(_PERSONS[field]) % value for field, value in line.persons.items() if field in _PERSONS
    ]
    if rule := TABLE.get(str(facts.get("permission"))):
        notes.append(rule.title)
    notes += [str(facts[name]) for name in ("why", "reason") if facts.get(name)]
    if isinstance(facts.get("segments"), int):
        notes.append(_("%s potongan") % words.number(facts["segments"]))
    return "; ".join(notes)


def _faults(found: Any, _form: BookFilter) -> list[Row]:
    return [_fault_row(line) for line in faults.fault_lines(list(found))]


def _force_majeure(found: Any, _form: BookFilter) -> list[Row]:
    return [_fault_row(line) for line in faults.incident_lines(list(found))]


def _fault_row(line: FaultLine) -> Row:
    by = line.reported_by
    return (
        at(line.started_at),
        *lasting(line.started_at, line.ended_at),
        Cell(places(line.cameras) or _("Seluruh kantor")),
        Cell(line.cause, line.description),
        Cell(line.action_taken),
        person(by) if by else Cell(_("Perekam"), _("tercatat sendiri")),
    )


# Short, because a tag does not break into lines.
_STATES = {
    ExportState.QUEUED: (_lazy("Menunggu"), "wait", "hourglass"),
    ExportState.WRITING: (_lazy("Disalin"), "wait", "hourglass"),
    ExportState.VERIFYING: (_lazy("Dibaca ulang"), "wait", "hourglass"),
    ExportState.VERIFIED: (_lazy("Cocok"), "done", "check-circle"),
    ExportState.FAILED: (_lazy("Gagal"), "stop", "cross-circle"),
    ExportState.CANCELLED: (_lazy("Dibatalkan"), "", "ban"),
}
_LOST = (_lazy("Hard disk hilang, salinan tidak dapat dihapus"), "stop", "warning")


@dataclass(frozen=True, slots=True)
class _Tag:
    word: str
    css: str
    icon: str


def _disks(found: Any, _form: BookFilter) -> list[Row]:
    return [_disk_row(export) for export in found]


def _disk_row(export: Export) -> Row:
    tied = getattr(export, "fulfilment", None)
    request = tied.request if tied else None
    word, css, icon = _LOST if is_lost(export) else _STATES[ExportState(export.state)]
    tag = _Tag(str(word), css, icon)
    shown = [row.camera for row in export.cameras.all()]
    size = words.size(export.bytes) if export.bytes else ""
    return (
        at(export.queued_at),
        Cell(export.medium.label, export.medium.serial),
        Cell(
            export.number,
            request.activity if request else "",
            link("requests:detail", request.pk) if request else "",
        ),
        Cell(places(shown), ranged(export.starts_at, export.ends_at)),
        Cell(tag.word, size, state=tag),
        person(export.exported_by),
        _handed(export),
        _source_fate(export),
    )


def _handed(export: Export) -> Cell:
    paper = getattr(export, "hand_over", None)
    if paper is None:
        return Cell(_("belum diserahkan") if export.state == ExportState.VERIFIED else "")
    who = export.fulfilment.request.applicant.name
    if paper.received_at is None:
        return Cell(who, _("menunggu dipastikan pemohon"))
    return Cell(who, stamp(paper.received_at))


def _source_fate(export: Export) -> Cell:
    """What became of the source (SOP steps 4 and 5)."""
    for erasure in export.erasures.all():
        if erasure.state == ErasureState.DONE:
            return Cell(_("Sudah dimusnahkan"), stamp(erasure.done_at))
        if erasure.state != ErasureState.CANCELLED:
            return Cell(str(erasure.get_state_display()))
    return Cell(_("kedaluwarsa sendiri")) if export.purpose == "SECURITY" else Cell("")


def _cameras(form: MonitoringFilter) -> list[Any]:
    return monitoring.cameras(form.criteria().camera_id)


def _monitoring(found: Any, form: MonitoringFilter) -> list[Row]:
    shown = list(found)
    kept = monitoring.stock([camera.pk for camera in shown], form.day)
    watched = monitoring.watch(shown, form.day)
    return [_camera_row(one, kept.get(one.camera.pk, Stock())) for one in watched]


def _camera_row(one: Watched, kept: Stock) -> Row:
    last = one.plan.last_frame_at if one.plan else None
    whole = _("tidak terputus") if one.spans else _("belum ada rekaman")
    breaks = words.duration(one.lost) if one.breaks else whole
    return (
        Cell(one.camera.name, one.camera.room.name),
        Cell(one.state.word, state=one.state),
        at(last, words.ago(last) if last else ""),
        Cell(breaks, _("%d kali terputus") % len(one.breaks) if one.breaks else ""),
        Cell(words.size(kept.day_bytes)),
        at(kept.since, _("%s potongan") % words.number(kept.segments))
        if kept.segments
        else Cell(_("belum ada")),
        Cell(words.size(kept.bytes)),
        Cell(words.duration(one.plan.keep_for), one.plan.legal_basis) if one.plan else Cell(""),
    )


_BREAK_COLUMNS = (
    _lazy("Mulai, WIB"),
    _lazy("Selesai, WIB"),
    _lazy("Lama"),
    _lazy("Kamera"),
    _lazy("Sebab dan keterangan"),
    _lazy("Yang dilakukan"),
    _lazy("Pencatat"),
)

BOOKS: Final[dict[str, Book]] = {
    book.key: book
    for book in (
        Book(
            "access",
            1,
            _lazy("Buku catatan akses"),
            _lazy("Siapa masuk ruang rekaman dan siapa melihat, menyalin, atau menerima apa."),
            (
                _lazy("No."),
                COLUMN_TIME,
                _lazy("Pengakses"),
                _lazy("Yang dilakukan"),
                _lazy("Yang diakses"),
                _lazy("Keperluan"),
                _lazy("Izin"),
            ),
            BookFilter,
            lambda form: access.entries(form.criteria()),
            _access,
        ),
        Book(
            "faults",
            2,
            _lazy("Buku kendala rekaman"),
            _lazy("Kapan rekaman terputus atau terganggu, mengapa, dan apa yang dilakukan."),
            _BREAK_COLUMNS,
            FaultFilter,
            lambda form: faults.faults(form.criteria()),
            _faults,
        ),
        Book(
            "disks",
            3,
            _lazy("Buku hasil rekaman dengan hard disk"),
            _lazy("Rekaman apa disalin ke hard disk mana, siapa menerima, apa nasib sumbernya."),
            (
                COLUMN_TIME,
                _lazy("Hard disk"),
                _lazy("Permohonan"),
                _lazy("Kamera dan waktu rekaman"),
                _lazy("Hasil"),
                _lazy("Petugas"),
                _lazy("Penerima"),
                _lazy("Sumber"),
            ),
            DiskFilter,
            lambda form: disks.exports(form.criteria()),
            _disks,
        ),
        Book(
            "monitoring",
            4,
            _lazy("Buku pemantauan CCTV dan hasil rekamannya"),
            _lazy("Keadaan tiap kamera sekarang, dan rekamannya pada hari yang dipilih."),
            (
                _lazy("Kamera"),
                _lazy("Keadaan"),
                _lazy("Gambar terakhir, WIB"),
                _lazy("Terputus hari itu"),
                _lazy("Rekaman hari itu"),
                _lazy("Tersimpan sejak, WIB"),
                _lazy("Tersimpan"),
                _lazy("Masa simpan"),
            ),
            MonitoringFilter,
            _cameras,
            _monitoring,
        ),
        Book(
            "force_majeure",
            5,
            _lazy("Buku keadaan kahar"),
            _lazy("Banjir, gempa, listrik padam, dan lainnya. Selama itu jam SOP berhenti."),
            _BREAK_COLUMNS,
            FaultFilter,
            lambda form: faults.incidents(form.criteria(), IncidentKind.FORCE_MAJEURE),
            _force_majeure,
        ),
    )
}
