from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cctvportal.common.clock import WIB, now
from devices.enums import IncidentCause, IncidentKind
from devices.models import Camera

_UNKNOWN_DAY = _("Tanggal tidak dikenal. Contoh: 23-11-2026.")
_UNKNOWN_TIME = _("Jam tidak dikenal. Contoh: 09.30.")


def _date_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date", "class": "cp-w-date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _UNKNOWN_DAY},
    )


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        help_text=_("Dalam WIB."),
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
        widget=forms.TimeInput(attrs={"type": "time", "class": "cp-w-date"}, format="%H:%M"),
        error_messages={"invalid": _UNKNOWN_TIME},
    )


def _moment(answers: dict[str, Any], day: str, hour: str) -> datetime | None:
    """The two answers as one aware time; None while one is missing or wrong."""
    on, at = answers.get(day), answers.get(hour)
    if not isinstance(on, date) or not isinstance(at, time):
        return None
    return datetime.combine(on, at, tzinfo=WIB)


class OpenIncidentForm(forms.Form):
    """What happened, since when, to which cameras."""

    kind = forms.ChoiceField(
        label=_("Jenis"), choices=IncidentKind.choices, widget=forms.RadioSelect
    )
    cause = forms.ChoiceField(
        label=_("Sebab"), choices=[("", _("Pilih sebab")), *IncidentCause.choices]
    )
    started_on = _date_field(_("Tanggal mulai"))
    started_time = _time_field(_("Jam mulai"))
    cameras = forms.ModelMultipleChoiceField(
        Camera.objects.filter(removed_at=None),
        label=_("Kamera yang terkena"),
        help_text=_("Kosongkan bila seluruh kantor terkena."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    description = forms.CharField(
        label=_("Yang terjadi"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Misalnya: listrik padam satu gedung sejak pagi."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        local = now().astimezone(WIB)
        self.fields["started_on"].initial = local.date()
        self.fields["started_time"].initial = local.time().replace(second=0, microsecond=0)

    # A refusal of the service about the whole moment is said at its first field.
    PLACES = {"started_at": "started_on"}

    @property
    def started_at(self) -> datetime | None:
        return _moment(self.cleaned_data, "started_on", "started_time")


class CloseIncidentForm(forms.Form):
    """When it was over, and what was done."""

    ended_on = _date_field(_("Tanggal selesai"))
    ended_time = _time_field(_("Jam selesai"))
    action_taken = forms.CharField(
        label=_("Yang dilakukan"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Misalnya: kabel jaringan diganti, kamera diuji."),
    )
    PLACES = {"ended_at": "ended_on"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        local = now().astimezone(WIB)
        self.fields["ended_on"].initial = local.date()
        self.fields["ended_time"].initial = local.time().replace(second=0, microsecond=0)

    @property
    def ended_at(self) -> datetime | None:
        return _moment(self.cleaned_data, "ended_on", "ended_time")
