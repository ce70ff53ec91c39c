"""A password that came by a link is told to its person at every login for a while.

Once would not do: who used the link may log in first and see the only message.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from allauth.account.signals import password_reset
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import now

_TOLD_FOR: Final = timedelta(days=30)


@receiver(password_reset, dispatch_uid="accounts.password_reset")
def keep_time(user: User, **_: Any) -> None:
    User.objects.filter(pk=user.pk).update(link_used_at=now())


@receiver(user_logged_in, dispatch_uid="accounts.tell_of_link")
def tell(user: User, request: HttpRequest | None = None, **_given: Any) -> None:
    used = user.link_used_at
    if request is None or not hasattr(request, "_messages"):
        return
    if used is None or now() - used > _TOLD_FOR:
        return
    text = _("Kata sandi Anda diganti lewat tautan pada %s. Bila bukan oleh Anda, lapor Kepala.")
    messages.warning(request, text % words.date_time(used))
