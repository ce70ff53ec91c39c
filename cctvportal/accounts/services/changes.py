"""The second person: what an IT admin asks for and an approver answers (security.md 2 row 26)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.enums import ChangeKind
from cctvportal.accounts.models import AccountChange, User
from cctvportal.accounts.signals import account_changed
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict


@service("accounts.confirm_change")
def confirm(change: AccountChange, *, by: User) -> AccountChange:
    """Gives the role, or lets the link open. Raises Conflict when it no longer waits.

    A role is taken up with no password: one that the admin may have set before ends here, with
    all sessions, and the person needs a link of their own.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=change.user_id)
        row = _waiting(change)
        row.confirmed_by, row.confirmed_at = by, now()
        row.save(update_fields=["confirmed_by", "confirmed_at"])
        if row.kind == ChangeKind.ROLE:
            user.role, user.applicant_kind, user.is_active = row.role, row.applicant_kind, True
            user.set_unusable_password()
            user.full_clean()
            user.save()
        _tell("account.confirmed", row, by)
    return row


@service("accounts.confirm_change")
def refuse(change: AccountChange, *, by: User) -> AccountChange:
    """Ends what was asked for. Raises Conflict when it no longer waits."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=change.user_id)
        row = _waiting(change)
        row.closed_at = now()
        row.save(update_fields=["closed_at"])
        _tell("account.refused", row, by)
    return row


def _waiting(change: AccountChange) -> AccountChange:
    row = AccountChange.objects.select_for_update().get(pk=change.pk)
    if row.confirmed_at is not None or row.closed_at is not None:
        raise Conflict(_("Permintaan ini sudah dijawab atau diganti. Muat ulang halaman."))
    return row


def _tell(action: str, row: AccountChange, by: User) -> None:
    facts = {"change": row.pk, "kind": row.kind, "role": row.role, "asked_by": row.asked_by_id}
    account_changed.send(sender=User, action=action, by=by, subject=row.user, facts=facts)
