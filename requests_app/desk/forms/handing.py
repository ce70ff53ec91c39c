from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class HandOverForm(forms.Form):
    """The officer says what was done by hand, before it is written down."""

    given = forms.BooleanField(
        label=_("Hard disk sudah saya berikan langsung kepada pemohon"),
        error_messages={"required": _("Centang setelah hard disk Anda berikan.")},
    )


class EraseForm(forms.Form):
    """The request's number, typed, so that it is not a slip."""

    typed = forms.CharField(
        label=_("Ketik nomor permohonan"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, data: object = None, files: object = None, *, number: str) -> None:
        super().__init__(data, files)  # type: ignore[arg-type] # what a request carries
        self.fields["typed"].label = _("Ketik nomor permohonan: %s") % number
        self.fields["typed"].help_text = _("Untuk memastikan Anda menghapus yang benar.")
