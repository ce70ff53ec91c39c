"""Password links: Django's signed tokens, and the second person's yes where one is needed."""

from __future__ import annotations

import hashlib

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from cctvportal.accounts.enums import ChangeKind
from cctvportal.accounts.models import AccountChange, User
from cctvportal.accounts.selectors import needs_second_person


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class LinkTokens(PasswordResetTokenGenerator):
    """Good once and for PASSWORD_RESET_TIMEOUT; it ends with the password or the next login."""

    def check_token(self, user: AbstractBaseUser | None, token: str | None) -> bool:
        """Asked each time the link is opened or used, so a role given later closes old links."""
        if not isinstance(user, User) or not token or not super().check_token(user, token):
            return False
        if not user.is_active:
            return False
        if not needs_second_person(user):
            return True
        said_yes = AccountChange.objects.filter(
            user=user,
            kind=ChangeKind.LINK,
            token_sha256=digest(token),
            confirmed_at__isnull=False,
            closed_at=None,
        )
        return said_yes.exists()


tokens = LinkTokens()
