from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from devices.models import RoomKey


class KeyChoice(forms.ModelChoiceField[RoomKey]):
    def label_from_instance(self, obj: RoomKey) -> str:
        return f"{obj.label}, {obj.room.name}"


class KeyOutForm(forms.Form):
    """Which key goes out. All keys in use are offered: the service says who holds one that is."""

    key = KeyChoice(
        queryset=RoomKey.objects.none(),
        label=_("Kunci yang diserahkan"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Pilih kunci yang Anda serahkan.")},
    )

    def __init__(self, data: object = None, files: object = None) -> None:
        super().__init__(data, files)  # type: ignore[arg-type] # what a request carries
        field = self.fields["key"]
        assert isinstance(field, KeyChoice)  # noqa: S101 - declared above
        field.queryset = RoomKey.objects.filter(retired=False).select_related("room")
