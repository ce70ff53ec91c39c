"""What allauth asks us: signup is closed, and guessing passwords is slowed down."""

from __future__ import annotations

import ipaddress
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cctvportal.common import throttle

# One person on one machine, one machine, and one account from anywhere. The last is short, so
# that a stranger who guesses cannot keep the owner out (ASVS 6.3.1).
_LIMITS = (("pair", 5, 60), ("address", 30, 60), ("account", 20, 4))


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_proxy(address: str) -> bool:
    place = _parsed(address)
    return place is not None and any(place in net for net in settings.PORTAL_TRUSTED_PROXIES)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth carries no types
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": _("Kata sandi sekarang salah. Ketik lagi."),
        "username_password_mismatch": _("NIP atau kata sandi salah. Periksa lalu ketik lagi."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address; X-Forwarded-For counts only as far as our own proxies wrote it."""
        address = str(request.META.get("REMOTE_ADDR", ""))
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
        # Each proxy appends whom it saw, so what stands further left may be invented.
        while _is_proxy(address) and forwarded:
            claimed = forwarded.pop().strip()
            if not _parsed(claimed):
                break
            address = claimed
        return address

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
