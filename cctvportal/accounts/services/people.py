from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.urls import reverse

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.accounts.signals import account_changed


@service("accounts.invite_user")
def invite(user: User, *, by: User) -> str:
    """The path of a page where `user` sets an own password, valid once and for a limited time.

    An admin starts a new password but never knows one (ASVS 6.4.6).
    """
    with transaction.atomic():
        account_changed.send(sender=User, action="account.invited", by=by, subject=user, facts={})
        key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, token = key.split("-", 1)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


@service("accounts.add_user")
def add_user(user: User, *, by: User) -> User:
    """Saves a new person without a usable password; `invite` gives the way to one."""
    with transaction.atomic():
        user.set_unusable_password()
        user.full_clean()
        user.save(force_insert=True)
        account_changed.send(
            sender=User,
            action="account.added",
            by=by,
            subject=user,
            facts={"role": user.role, "kind": user.applicant_kind},
        )
    return user


@service("accounts.change_user")
def change_user(user: User, *, by: User) -> User:
    """Saves changed particulars, role, kind or activity of another person."""
    with transaction.atomic():
        before = User.objects.select_for_update().get(pk=user.pk)
        user.full_clean()
        user.save()
        account_changed.send(
            sender=User,
            action="account.changed",
            by=by,
            subject=user,
            facts={
                "role": [before.role, user.role],
                "kind": [before.applicant_kind, user.applicant_kind],
                "active": [before.is_active, user.is_active],
            },
        )
    return user
