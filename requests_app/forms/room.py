from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PassphraseForm(forms.Form):
    """Shown as typed: it is read from paper, and hidden letters make people try too often."""

    passphrase = forms.CharField(
        label=_("Sandi ruang periksa"),
        help_text=_("Lima kelompok empat huruf dan angka. Huruf kecil dan spasi tidak mengapa."),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("Ketik sandi yang diberikan petugas, misalnya ABCD-EFGH-JKMN-PQRS-TVWX.")
        },
    )
