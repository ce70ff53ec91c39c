from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recordings.enums import MediumKind
from recordings.models import Medium, RecordingPlan
from recordings.services import disks

_UNITS = {"days": _("hari"), "hours": _("jam"), "minutes": _("menit")}


class TermForm(forms.ModelForm[RecordingPlan]):
    """A camera's term as an amount and a unit, and the ground for it."""

    amount = forms.IntegerField(label=_("Masa simpan"), min_value=1, max_value=3660)
    unit = forms.ChoiceField(
        label=_("Satuan masa simpan"),
        choices=list(_UNITS.items()),
        help_text=_("Berlaku bagi rekaman sesudah ini; yang sudah ada mengikuti masa lamanya."),
    )

    class Meta:
        model = RecordingPlan
        fields = ("legal_basis",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, amount = _told(self.instance.keep_for)
        self.initial = {**self.initial, "amount": amount, "unit": unit}


def _told(term: timedelta) -> tuple[str, int]:
    """The largest unit that says the term without a rest."""
    for unit in ("days", "hours"):
        count, rest = divmod(term, timedelta(**{unit: 1}))
        if count and not rest:
            return unit, count
    return "minutes", term // timedelta(minutes=1)


class MediumForm(forms.ModelForm[Medium]):
    """A disk as it is registered; that it is no longer used is said by a tick."""

    retired = forms.BooleanField(label=_("Tidak dipakai lagi"), required=False)

    class Meta:
        model = Medium
        fields = ("kind", "label", "serial", "path", "owner")
        help_texts = {
            "label": _("Seperti tertulis pada stiker, misalnya HDD-03."),
            "path": _("Folder tempat hard disk terpasang, misalnya /media/hdd-03."),
            "owner": _("Kantor, atau nama pemilik hard disk."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("kind", MediumKind.USB)
        self.initial["retired"] = self.instance.retired_at is not None
        if there := disks.mounted():
            help_text = self.fields["path"].help_text
            seen = _("Yang terpasang sekarang: %s.") % ", ".join(there)
            self.fields["path"].help_text = f"{help_text} {seen}"
