"""What allauth asks us: signup is closed, and guessing passwords is slowed down."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cctvportal.common import throttle

# One person on one machine, one machine, and one account from anywhere. The last is short, so
# that a stranger who guesses cannot keep the owner out (ASVS 6.3.1).
_LIMITS = (("pair", 5, 60), ("address", 30, 60), ("account", 20, 4))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth carries no types
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("NIP atau kata sandi salah. Periksa lalu ketik lagi."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return str(request.META.get("REMOTE_ADDR", ""))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The user, or None. Raises TooMany while a wait lasts."""
        address, account = self.get_client_ip(request), str(credentials.get("username", ""))
        who = {"pair": f"{account} {address}", "address": address, "account": account}
        for scope, free, longest in _LIMITS:
            throttle.check(f"login-{scope}", who[scope], free=free, longest=longest)
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is None or not user.is_active:
            user = None
            for scope, _free, _longest in _LIMITS:
                throttle.failed(f"login-{scope}", who[scope])
        else:
            throttle.succeeded("login-pair", who["pair"])
        return user
