"""Accounts, as the IT admin keeps them. Staff roles and staff links wait for services.changes."""

from __future__ import annotations

from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import System, service
from cctvportal.accounts.enums import ChangeKind, Role
from cctvportal.accounts.models import AccountChange, User
from cctvportal.accounts.selectors import needs_second_person, waiting_changes
from cctvportal.accounts.signals import account_changed
from cctvportal.accounts.tokens import digest, tokens
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused


@service("accounts.invite_user")
def invite(user: User, *, by: User) -> str:
    """The path of a page where `user` sets an own password, valid once and for a limited time.

    Whoever holds the path can set the password, the admin too. So the path of anybody who works
    with requests or footage is dead until an approver confirmed it, its use is in the access book,
    and the person is told at login.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        token = tokens.make_token(user)
        waits = needs_second_person(user)
        if waits:
            change = AccountChange(kind=ChangeKind.LINK, user=user, token_sha256=digest(token))
            _ask(change, by)
        facts = {"waits": waits}
        account_changed.send(
            sender=User, action="account.invited", by=by, subject=user, facts=facts
        )
    return _path(user, token)


@service("accounts.add_user")
def add_user(user: User, *, by: User) -> User:
    """Saves a new person without a usable password; `invite` gives the way to one.

    Any role but the applicant's sleeps (inactive) until a second person confirms it.
    """
    with transaction.atomic():
        user.set_unusable_password()
        waits = user.role != Role.APPLICANT
        user.is_active = user.is_active and not waits
        user.full_clean()
        user.save(force_insert=True)
        if waits:
            _ask(_role(user), by)
        account_changed.send(
            sender=User,
            action="account.added",
            by=by,
            subject=user,
            facts={"role": user.role, "kind": user.applicant_kind, "waits": waits},
        )
    return user


@service("accounts.change_user")
def change_user(user: User, *, by: User) -> User:
    """Saves changed particulars, role, kind or activity of another person.

    Taking up a staff role, or waking such an account, is only asked for here; taking away is at
    once, and ends what still waits.
    """
    with transaction.atomic():
        before = User.objects.select_for_update().get(pk=user.pk)
        user.full_clean()
        wanted = [user.role, user.applicant_kind, user.is_active]
        new_role = user.role != before.role
        waits = user.role != Role.APPLICANT and (
            new_role or (user.is_active and not before.is_active)
        )
        if new_role or user.is_active != before.is_active:
            _close(user, ChangeKind.ROLE)
        if (user.nip, user.name) != (before.nip, before.name):
            _ask_anew(user, by)
        if waits:
            _ask(_role(user), by)
            user.role, user.applicant_kind = before.role, before.applicant_kind
            user.is_active = user.is_active and before.is_active
        user.save()
        account_changed.send(
            sender=User,
            action="account.changed",
            by=by,
            subject=user,
            facts={
                "role": [before.role, wanted[0]],
                "kind": [before.applicant_kind, wanted[1]],
                "active": [before.is_active, wanted[2]],
                "waits": waits,
            },
        )
    return user


@service("accounts.first_user")
def add_first(user: User, *, by: System) -> str:
    """Saves the first active person of a role and returns the path of their password link.

    It opens at once: at the server itself, in an empty portal, nobody else can say yes.
    Raises Refused when there is such a person already, or the particulars are wrong.
    """
    with transaction.atomic():
        if User.objects.filter(role=user.role, is_active=True).exists():
            raise Refused(_("Orang dengan peran ini sudah ada; tambahkan lewat halaman Pengguna."))
        user.set_unusable_password()
        try:
            user.full_clean()
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
        user.save(force_insert=True)
        token = tokens.make_token(user)
        AccountChange.objects.create(
            kind=ChangeKind.LINK, user=user, token_sha256=digest(token), confirmed_at=now()
        )
        facts = {"role": user.role}
        account_changed.send(sender=User, action="account.first", by=by, subject=user, facts=facts)
    return _path(user, token)


def _path(user: User, token: str) -> str:
    kwargs = {"uidb36": user_pk_to_url_str(user), "key": token}
    return reverse("account_reset_password_from_key", kwargs=kwargs)


def _role(user: User) -> AccountChange:
    return AccountChange(
        kind=ChangeKind.ROLE, user=user, role=user.role, applicant_kind=user.applicant_kind
    )


def _ask(change: AccountChange, by: User) -> None:
    _close(change.user, ChangeKind(change.kind))
    change.asked_by = by
    change.save(force_insert=True)
    facts = {"change": change.pk, "kind": change.kind, "role": change.role}
    account_changed.send(
        sender=User, action="account.asked", by=by, subject=change.user, facts=facts
    )


def _ask_anew(user: User, by: User) -> None:
    """What an approver read under another name cannot be answered any more."""
    for row in waiting_changes().filter(user=user):
        row.closed_at = now()
        row.save(update_fields=["closed_at"])
        row.pk, row.closed_at = None, None
        _ask(row, by)


def _close(user: User, kind: ChangeKind) -> None:
    waiting = AccountChange.objects.filter(user=user, kind=kind, confirmed_at=None, closed_at=None)
    waiting.update(closed_at=now())
