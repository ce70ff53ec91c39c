"""The words of all permission tables, and the table of this app."""

from __future__ import annotations

from typing import Any

import rules

from cctvportal.accounts.access import Predicate, Rule, System, predicate, register
from cctvportal.accounts.enums import Role


def _role(role: Role) -> Predicate:
    return predicate(lambda user: getattr(user, "role", None) == role)


is_applicant = _role(Role.APPLICANT)
is_approver = _role(Role.APPROVER)
is_officer = _role(Role.OFFICER)
is_auditor = _role(Role.AUDITOR)
is_it_admin = _role(Role.IT_ADMIN)


@predicate
def is_system(user: Any) -> bool:
    return isinstance(user, System)


@predicate
def is_delegate(user: Any) -> bool:
    """Holds a delegation in force at this instant; officers, auditors and admins never do."""
    from cctvportal.accounts.selectors import active_delegation  # noqa: PLC0415 - models load later

    if getattr(user, "role", None) not in {Role.APPLICANT, Role.APPROVER}:
        return False
    return active_delegation(user) is not None


@predicate
def may_apply(user: Any) -> bool:
    """Has an applicant kind; the database gives one to applicants and approvers only."""
    return bool(getattr(user, "applicant_kind", ""))


is_person = is_applicant | is_approver | is_officer | is_auditor | is_it_admin
anyone: Predicate = rules.predicates.always_allow
nobody: Predicate = rules.predicates.always_deny


@predicate
def not_self(user: Any, target: Any) -> bool:
    return target is None or getattr(target, "pk", None) != user.pk


@predicate
def neither_asker_nor_subject(user: Any, target: Any) -> bool:
    return target is None or user.pk not in {target.asked_by_id, target.user_id}


PERMISSIONS = {
    "accounts.login": Rule(anyone, "Membuka halaman masuk", 1),
    "accounts.own": Rule(is_person, "Mengganti kata sandi dan keluar", 27),
    "accounts.view_user": Rule(is_it_admin | is_officer, "Melihat daftar pengguna", 26),
    "accounts.add_user": Rule(is_it_admin, "Menambah pengguna", 26),
    "accounts.change_user": Rule(is_it_admin & not_self, "Mengubah pengguna lain", 26),
    "accounts.delete_user": Rule(nobody, "Menghapus pengguna", 26),
    "accounts.invite_user": Rule(is_it_admin & not_self, "Membuat tautan kata sandi", 26),
    "accounts.first_user": Rule(is_system, "Membuat akun pertama dari peladen", 26),
    "accounts.confirm_change": Rule(
        is_approver & neither_asker_nor_subject, "Menyetujui peran dan tautan kata sandi", 26
    ),
    "accounts.view_delegation": Rule(
        is_approver | is_auditor | is_it_admin, "Melihat pendelegasian", 10
    ),
    "accounts.delegate": Rule(is_approver, "Menunjuk dan mencabut Plt. atau Plh.", 10),
    "accounts.enter_desk": Rule(is_officer | is_it_admin, "Membuka meja petugas", 0),
}

register(PERMISSIONS)
