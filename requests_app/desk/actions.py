"""What the officer may do with a request as it stands, the next thing first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.common.clock import now
from recordings.enums import ExportState, Purpose
from requests_app.desk.progress import erasure_stopped
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.selectors.erasing import erasure_of
from requests_app.selectors.exports import latest_export


@dataclass(frozen=True, slots=True)
class Action:
    """A link to the page of one act: the button's verb, and what it is about."""

    url: str
    label: str
    title: str
    icon: str


def actions(row: AccessRequest) -> list[Action]:
    """What is open for `row`; empty when it waits for somebody else, or has ended."""
    find = _BY_STATE.get(row.status)
    found = list(find(row)) if find else []
    return [*found, *_keys(row)]


def _link(
    row: AccessRequest, name: str, label: str, title: str, icon: str, *, key: object = None
) -> Action:
    return Action(reverse(f"admin:{name}", args=[key or row.pk]), label, title, icon)


def _submitted(row: AccessRequest) -> Iterator[Action]:
    called = row.validations.exists()
    call = _link(
        row, "request_validation", _("Catat telepon"), _("mencatat telepon validasi"), "phone"
    )
    decided = _link(
        row,
        "request_phone_decision",
        _("Catat keputusan lewat telepon"),
        _("mencatat keputusan yang disampaikan lewat telepon"),
        "pencil",
    )
    yield from (decided, call) if called else (call, decided)


def _approved(row: AccessRequest) -> Iterator[Action]:
    if not row.decision.awaits_login:
        yield _link(row, "request_issue", _("Serahkan"), _("menyerahkan sandi dan kunci"), "key")


def _issued(row: AccessRequest) -> Iterator[Action]:
    export = latest_export(row)
    if export is not None and export.state not in {ExportState.CANCELLED, ExportState.VERIFIED}:
        title = _("melihat penyalinan ke hard disk")
        yield _link(row, "export", _("Lihat"), title, "disk", key=export.pk)
        return
    if row.approved_end and row.approved_end <= now():
        title = _("menyalin rekaman ke hard disk")
        yield _link(row, "request_export", _("Ekspor ke hard disk"), title, "disk")
    if _may_have_key(row):
        title = _("menyerahkan kunci ruang rekaman")
        yield _link(row, "request_key_out", _("Serahkan kunci"), title, "key")
    renew = _("membuat sandi baru, bila yang lama hilang")
    yield _link(row, "request_reissue", _("Buat sandi baru"), renew, "refresh")
    end = _("mengakhiri akses tanpa merekam")
    yield _link(row, "request_close", _("Akhiri akses"), end, "check-circle")


def _may_have_key(row: AccessRequest) -> bool:
    return row.wants_room and not row.handouts.filter(returned_at=None).exists()


def _exported(row: AccessRequest) -> Iterator[Action]:
    export = latest_export(row)
    if not hasattr(row, "hand_over"):
        title = _("menyerahkan hard disk")
        yield _link(row, "request_hand_over", _("Serahkan disk"), title, "file-check")
    if export is not None:
        title = _("melihat paket dan sandinya")
        yield _link(row, "export", _("Lihat paket"), title, "disk", key=export.pk)


def _handed_over(row: AccessRequest) -> Iterator[Action]:
    if row.purpose != Purpose.ASSESSMENT:
        return
    erasure = erasure_of(row)
    title = _("meminta pemusnahan sumber rekaman asesmen")
    label = _("Lihat pemusnahan") if erasure else _("Minta pemusnahan")
    if erasure is not None and erasure_stopped(erasure):
        title = _("melanjutkan pemusnahan sumber yang berhenti")
    yield _link(row, "request_erase", label, title, "trash")


def _keys(row: AccessRequest) -> Iterator[Action]:
    for handout in row.handouts.filter(returned_at=None).select_related("key"):
        title = _("menerima kembali kunci %s") % handout.key.label
        label = _("Terima kunci %s") % handout.key.label
        yield _link(row, "request_key_in", label, title, "key", key=handout.pk)


_BY_STATE = {
    RequestState.SUBMITTED: _submitted,
    RequestState.APPROVED: _approved,
    RequestState.ISSUED: _issued,
    RequestState.EXPORTED: _exported,
    RequestState.HANDED_OVER: _handed_over,
}
