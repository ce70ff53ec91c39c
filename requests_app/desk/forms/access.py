from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from devices.models import RoomKey
from requests_app.models import KeyHandout


class KeyChoice(forms.ModelChoiceField[RoomKey]):
    def label_from_instance(self, obj: RoomKey) -> str:
        return f"{obj.label}, {obj.room.name}"


class KeyOutForm(forms.Form):
    """Which key goes out, of those in the cabinet.

    One that went meanwhile is still understood, so that the service can say who holds it.
    """

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
        keys = RoomKey.objects.filter(retired=False).select_related("room")
        field.queryset = keys if self.is_bound else keys.exclude(handouts__in=_out())

    @property
    def has_keys(self) -> bool:
        field = self.fields["key"]
        return isinstance(field, KeyChoice) and bool(field.queryset and field.queryset.exists())


def _out() -> QuerySet[KeyHandout]:
    return KeyHandout.objects.filter(returned_at=None)
