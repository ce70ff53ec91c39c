from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _


class LoginForm(forms.LoginForm):  # type: ignore[misc] # allauth carries no types
    """allauth's form in the office's words, so that its errors name the fields as the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("NIP")
        self.fields["password"].label = _("Kata sandi")
