from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recordings.enums import MediumKind
from recordings.models import Medium
from recordings.services import disks


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
