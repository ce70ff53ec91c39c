from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.enums import DelegationKind
from cctvportal.accounts.models import MAY_APPLY, Delegation, User
from cctvportal.accounts.signals import account_changed
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused


@service("accounts.delegate")
def delegate(
    *,
    to: User,
    kind: DelegationKind,
    letter_number: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
) -> Delegation:
    """Lets `to` decide in the name of `by` from `starts_at` to `ends_at` (aware).

    Raises Refused when the person may not decide or the dates make no sense. Security.md 2 row 10.
    """
    if to.role not in MAY_APPLY or to == by or not to.is_active:
        raise Refused(_("Pilih pejabat lain. Petugas, pemeriksa, dan admin tidak dapat."), "to")
    if ends_at <= starts_at or ends_at <= now():
        raise Refused(_("Waktu selesai harus sesudah waktu mulai dan belum lewat."), "ends_at")
    with transaction.atomic():
        given = Delegation.objects.create(
            principal=by,
            delegate=to,
            kind=kind,
            letter_number=letter_number,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        account_changed.send(
            sender=Delegation,
            action="delegation.given",
            by=by,
            subject=given,
            facts={"delegate": to.pk, "from": starts_at.isoformat(), "until": ends_at.isoformat()},
        )
    return given


@service("accounts.delegate")
def revoke_delegation(given: Delegation, *, by: User) -> None:
    """Ends a delegation at once. Raises Refused when it has ended already."""
    with transaction.atomic():
        locked = Delegation.objects.select_for_update().get(pk=given.pk)
        if locked.principal != by:
            raise Refused(_("Hanya pejabat yang menunjuk dapat mencabutnya."))
        if locked.revoked_at or locked.ends_at <= now():
            raise Refused(_("Pendelegasian ini sudah berakhir."))
        locked.revoked_at = now()
        locked.save(update_fields=["revoked_at"])
        account_changed.send(
            sender=Delegation, action="delegation.revoked", by=by, subject=locked, facts={}
        )
