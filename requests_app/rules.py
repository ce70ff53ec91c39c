"""The permission table of the request (security.md 2, rows 2 to 20).

Who a person is to the one request is asked here; where the request stands is lifecycle.py's
question, so that whoever comes too late hears who was first instead of a 404.
"""

from __future__ import annotations

from typing import Any

from cctvportal.accounts.access import Rule, predicate, register
from cctvportal.accounts.rules import (
    is_applicant,
    is_approver,
    is_auditor,
    is_delegate,
    is_officer,
    is_person,
    is_system,
    may_apply,
    nobody,
)
from requests_app.enums import RequestState


def _request(target: Any) -> Any:
    """The request that `target` is, or belongs to."""
    return target if target is None or hasattr(target, "applicant_id") else target.request


@predicate
def is_own(user: Any, target: Any) -> bool:
    return target is None or _request(target).applicant_id == user.pk


@predicate
def is_foreign(user: Any, target: Any) -> bool:
    return target is None or _request(target).applicant_id != user.pk


@predicate
def took_down(user: Any, target: Any) -> bool:
    return target is None or _request(target).entered_by_id == user.pk


@predicate
def is_sent(_user: Any, target: Any) -> bool:
    """A draft is nobody's business but its writer's."""
    return target is None or _request(target).state != RequestState.DRAFT


@predicate
def has_not_decided(user: Any, target: Any) -> bool:
    return target is None or _request(target).decided_by_id != user.pk


@predicate
def was_named(user: Any, target: Any) -> bool:
    """The approver in whose name the officer wrote down a decision told by phone."""
    return target is None or _request(target).decided_by_id == user.pk


_applicant = may_apply & is_own
_clerk = is_officer & is_foreign
_scribe = is_officer & took_down
_decides = (is_approver | is_delegate) & is_foreign & is_sent
_former_applicant = (is_applicant | is_approver) & is_own

PERMISSIONS = {
    "requests_app.home": Rule(is_person, "Membuka beranda", 1),
    "requests_app.view": Rule(
        _former_applicant
        | ((is_approver | is_delegate | is_officer | is_auditor) & is_sent)
        | _scribe,
        "Melihat permohonan",
        5,
    ),
    # The officer's own list lies at the desk: view_accessrequest.
    "requests_app.list": Rule(
        is_approver | is_delegate | is_auditor, "Melihat daftar semua permohonan", 6
    ),
    "requests_app.ask": Rule(_applicant, "Menulis dan mengubah permohonan sendiri", 2),
    "requests_app.take_down": Rule(is_officer, "Mencatat permohonan lisan atau susulan", 2),
    "requests_app.submit": Rule(_applicant | _scribe, "Mengirim permohonan", 3),
    "requests_app.withdraw": Rule(_applicant, "Menarik permohonan sebelum diputuskan", 3),
    "requests_app.confirm_own": Rule(_applicant, "Memastikan permohonan yang dicatat petugas", 3),
    "requests_app.attach": Rule(_applicant | _scribe, "Melampirkan surat", 4),
    "requests_app.validate": Rule(_decides | _clerk, "Mencatat telepon validasi", 7),
    "requests_app.inbox": Rule(is_approver | is_delegate, "Membuka kotak masuk keputusan", 8),
    # The officer and the auditor have each book in the menu; the approver's bar has one entry.
    "requests_app.enter_books": Rule(is_approver, "Membuka buku catatan dari menu utama", 28),
    "requests_app.decide": Rule(_decides, "Menyetujui, mempersempit, atau menolak", 8),
    "requests_app.log_phone": Rule(_clerk, "Mencatat keputusan lewat telepon", 8),
    "requests_app.settle": Rule(_decides | _clerk, "Menetapkan hasil keputusan", 8),
    "requests_app.confirm_phone": Rule(
        (is_approver | is_delegate) & was_named, "Memastikan keputusan lewat telepon", 8
    ),
    "requests_app.revoke": Rule(_decides, "Mencabut izin", 9),
    "requests_app.issue": Rule(_clerk, "Memberikan sandi ruang periksa", 11),
    "requests_app.hand_key": Rule(_clerk, "Menyerahkan kunci ruang", 11),
    "requests_app.hold_key": Rule(
        _former_applicant, "Memastikan menerima dan mengembalikan kunci", 12
    ),
    "requests_app.take_key": Rule(is_officer, "Menerima kembali kunci ruang", 13),
    "requests_app.end_access": Rule(
        _clerk | _former_applicant, "Mengakhiri akses tanpa merekam", 13
    ),
    "requests_app.unlock_room": Rule(_applicant, "Membuka ruang periksa dengan sandi", 14),
    "requests_app.desk": Rule(is_officer, "Membuka daftar tugas petugas", 15),
    "requests_app.export": Rule(_clerk & has_not_decided, "Memulai ekspor", 17),
    "requests_app.hand_over": Rule(_clerk, "Menyerahkan hard disk", 18),
    "requests_app.receive": Rule(
        _former_applicant, "Menerima hard disk dan menyatakan kerahasiaan", 18
    ),
    "requests_app.request_erasure": Rule(_clerk, "Meminta pemusnahan sumber asesmen", 20),
    "requests_app.confirm_erasure": Rule(_decides, "Menyetujui pemusnahan sumber asesmen", 20),
    # The move's own permission, which lifecycle.py names, is asked inside.
    "requests_app.move": Rule(
        may_apply | is_officer | is_approver | is_delegate | is_applicant | is_system,
        "Memindahkan permohonan menurut tabel keadaan",
        0,
    ),
    "requests_app.run": Rule(is_system, "Melanjutkan permohonan sebagai sistem", 0),
    "requests_app.view_accessrequest": Rule(is_officer, "Melihat permohonan di meja petugas", 6),
    "requests_app.add_accessrequest": Rule(nobody, "Menambah permohonan di data induk", 0),
    "requests_app.change_accessrequest": Rule(nobody, "Mengubah permohonan di data induk", 0),
    "requests_app.delete_accessrequest": Rule(nobody, "Menghapus permohonan", 0),
}

register(PERMISSIONS)
