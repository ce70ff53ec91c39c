from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django import forms
from django.core.cache import cache
from django.utils.translation import gettext as _

from cctvportal.common.errors import Conflict

_HOUR = 3600


def new_token() -> str:
    return str(uuid4())


class OnceForm(forms.Form):
    """A form that makes something new, so that no row can tell a double click: its token does."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)

    @contextmanager
    def once(self) -> Iterator[None]:
        """Lets the first sending through, a failed one again. Raises Conflict for the second."""
        key = f"once:{self.cleaned_data['token']}"
        if not cache.add(key, 1, _HOUR):
            raise Conflict(
                _("Formulir ini sudah Anda kirim. Lihat hasilnya di daftar Semua permohonan.")
            )
        try:
            yield
        except BaseException:
            cache.delete(key)
            raise
