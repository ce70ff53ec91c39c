"""What the layers below tell becomes entries of the access book."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import models, transaction
from django.dispatch import receiver

from cctvportal.accounts.access import SYSTEM
from cctvportal.accounts.signals import access_denied, account_changed
from cctvportal.audit.services import record


@receiver(user_logged_in, dispatch_uid="audit.logged_in")
def logged_in(user: Any, **_: Any) -> None:
    with transaction.atomic():
        record("login.done", by=user, subject=user)


@receiver(user_logged_out, dispatch_uid="audit.logged_out")
def logged_out(user: Any, **_: Any) -> None:
    if user is not None:
        with transaction.atomic():
            record("logout.done", by=user, subject=user)


@receiver(user_login_failed, dispatch_uid="audit.login_failed")
def login_failed(credentials: dict[str, Any], **_: Any) -> None:
    with transaction.atomic():
        record(
            "login.failed", by=SYSTEM, persons={"nip": str(credentials.get("username", ""))[:18]}
        )


@receiver(password_changed, dispatch_uid="audit.password_changed")
def own_password_changed(user: Any, **_: Any) -> None:
    with transaction.atomic():
        record("account.password_changed", by=user, subject=user)


@receiver(password_reset, dispatch_uid="audit.password_reset")
def password_changed_by_link(user: Any, **_: Any) -> None:
    """Whoever held the link is written down as the person: the login cannot tell them apart."""
    with transaction.atomic():
        record("account.password_reset", by=user, subject=user)


@receiver(access_denied, dispatch_uid="audit.access_denied")
def denied(permission: str, by: Any, target: models.Model | None, **_: Any) -> None:
    if by.pk is not None:
        with transaction.atomic():
            record("access.denied", by=by, subject=target, facts={"permission": permission})


@receiver(account_changed, dispatch_uid="audit.account_changed")
def changed(action: str, by: Any, subject: models.Model, facts: dict[str, Any], **_: Any) -> None:
    record(action, by=by, subject=subject, facts=facts)
