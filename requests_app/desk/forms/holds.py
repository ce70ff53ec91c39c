"""What to hold, why, who looks again, until when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.models import User
from cctvportal.common.clock import WIB, now
from devices.models import Camera
from recordings.services.held import Wish
from recordings.services.hold_limits import REVIEWERS
from recordings.services.hold_orders import Asked
from requests_app.desk.forms.moments import DayField, HourField, moment, today
from requests_app.desk.forms.once import new_token

_USUAL = timedelta(days=30)


def end_of(day: date) -> datetime:
    """The last second of a day in WIB: "ditahan sampai 30 November" has that day in it."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=WIB)


def _in_a_month() -> date:
    return (now() + _USUAL).astimezone(WIB).date()


class Reviewer(forms.ModelChoiceField[User]):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}, {obj.jabatan}"


def _reviewers() -> Reviewer:
    return Reviewer(
        label=_("Peninjau"),
        queryset=User.objects.filter(role__in=REVIEWERS, is_active=True).order_by("name"),
        empty_label=_("Pilih nama"),
        help_text=_("Diingatkan sebelum penahanan berakhir, lalu memeriksa apakah masih perlu."),
        error_messages={"required": _("Pilih siapa yang memeriksa lagi sebelum berakhir.")},
    )


def _until() -> DayField:
    return DayField(
        label=_("Ditahan sampai tanggal"),
        help_text=_("Sesudah hari itu penahanan berakhir sendiri."),
        error_messages={"required": _("Pilih tanggal berakhirnya penahanan.")},
    )


def _reason(label: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
    )


class HoldForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=new_token)
    title = forms.CharField(
        label=_("Perihal"),
        max_length=120,
        help_text=_("Misalnya: kehilangan di tempat parkir."),
        error_messages={"required": _("Tulis perihalnya, misalnya: kehilangan di tempat parkir.")},
    )
    cameras = forms.ModelMultipleChoiceField(
        label=_("Kamera"),
        queryset=Camera.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih kamera yang rekamannya ditahan.")},
    )
    start = DayField(label=_("Rekaman mulai, tanggal"), initial=today)
    start_time = HourField(label=_("Rekaman mulai, jam WIB"))
    end = DayField(label=_("Rekaman selesai, tanggal"), initial=today)
    end_time = HourField(label=_("Rekaman selesai, jam WIB"))
    reason = _reason(
        _("Alasan menahan"), _("Tulis alasannya dalam satu kalimat, supaya dapat ditinjau lagi.")
    )
    until = _until()
    reviewer = _reviewers()

    def __init__(self, data: object = None, files: object = None) -> None:
        super().__init__(data, files)  # type: ignore[arg-type] # what a request carries
        self.fields["until"].initial = _in_a_month

    @property
    def asked(self) -> Asked:
        given = self.cleaned_data
        wish = Wish(
            tuple(camera.pk for camera in given["cameras"]),
            moment(given["start"], given["start_time"]),
            moment(given["end"], given["end_time"]),
            end_of(given["until"]),
        )
        return Asked(given["key"], wish, given["title"], given["reason"], given["reviewer"])


class KnowsForm(forms.Form):
    """Shown where a quota is passed: an approver may do it, but not without having seen it."""

    knows_quota = forms.BooleanField(
        label=_("Saya tahu bahwa batas ruang penahanan terlewati, dan tetap menahan"),
        error_messages={
            "required": _("Centang bahwa Anda mengetahuinya, atau tahan lebih sedikit.")
        },
    )


class ProlongForm(forms.Form):
    until = _until()
    reviewer = _reviewers()
    reason = _reason(_("Mengapa masih perlu ditahan"), _("Tulis mengapa masih perlu ditahan."))

    def __init__(self, data: Any = None, *, reviewer: User, until: datetime) -> None:
        later = (until.astimezone(WIB) + _USUAL).date()
        super().__init__(data, initial={"reviewer": reviewer, "until": later})

    @property
    def ends(self) -> datetime:
        return end_of(self.cleaned_data["until"])


class WhyForm(forms.Form):
    """A reason that the next reader of the order's history understands."""

    reason = _reason(_("Alasan"), _("Tulis alasannya dalam satu kalimat."))
