from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as PackagedLoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.enums import DelegationKind
from cctvportal.accounts.models import MAY_APPLY, User


class LoginForm(PackagedLoginForm):  # type: ignore[misc] # allauth carries no types
    """allauth's form in the office's words, so that its errors name the fields as the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("NIP")
        self.fields["password"].label = _("Kata sandi")


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=_("Dalam WIB."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d-%m-%Y %H.%M"],
        error_messages={"invalid": _("Tanggal atau jam tidak dikenal. Contoh: 23-11-2026 09.30.")},
    )


class DelegationForm(forms.Form):
    """Who decides in one's place, by which letter, from when to when."""

    to = forms.ModelChoiceField(
        User.objects.none(), label=_("Pejabat pengganti"), empty_label=_("Pilih pejabat")
    )
    kind = forms.ChoiceField(
        label=_("Jenis"), choices=DelegationKind.choices, widget=forms.RadioSelect
    )
    letter_number = forms.CharField(
        label=_("Nomor surat"), max_length=80, help_text=_("Contoh: 800/123/2026.")
    )
    starts_at = _moment(_("Mulai"))
    ends_at = _moment(_("Sampai"))

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(role__in=MAY_APPLY, is_active=True).exclude(pk=by.pk)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)  # noqa: S101 - declared above
        to.queryset = people
