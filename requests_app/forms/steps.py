"""Short forms of single steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cctvportal.common.clock import WIB
from cctvportal.common.errors import Conflict, Refused, TooMany
from devices.models import Camera
from requests_app.enums import Outcome
from requests_app.models import AccessRequest
from requests_app.selectors.calls import denied_call
from requests_app.services.decide import Scope


def attempt(form: forms.Form, act: Callable[[], object]) -> bool:
    """Carries out `act`; a refusal becomes an error of `form`, at its field where it has one.

    Conflict and TooMany pass: they have pages of their own.
    """
    try:
        act()
    except (Conflict, TooMany):
        raise
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    return True


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date", "class": "cp-w-date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Pilih tanggalnya."),
            "invalid": _("Tulis tanggal seperti 2026-11-23."),
        },
    )


def _hour(label: Any) -> forms.TimeField:
    """To the second, as a range may have been asked for; the format is HTML's."""
    attrs = {"type": "time", "step": 1, "class": "cp-w-date"}
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs=attrs, format="%H:%M:%S"),
        error_messages={
            "required": _("Isi jamnya, misalnya 08.00."),
            "invalid": _("Tulis jam seperti 08.00."),
        },
    )


def despite_field(name: str) -> forms.CharField:
    """For an approval although `name`, who was called, did not vouch for the activity."""
    return forms.CharField(
        label=_("%s tidak membenarkan kegiatan ini. Mengapa tetap disetujui?") % name,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Tertulis pada keputusan dan pada surat izin."),
        error_messages={"required": _("Tulis mengapa tetap disetujui, atau tolak permohonan ini.")},
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button says it all."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tulis alasannya, supaya pemohon mengerti.")},
    )


class MaybeReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SecrecyForm(forms.Form):
    agrees = forms.BooleanField(
        label=_("Saya menyatakan seperti tertulis di atas"),
        error_messages={"required": _("Centang pernyataan kerahasiaan untuk menerima hard disk.")},
    )


class ValidationForm(forms.Form):
    name = forms.CharField(
        label=_("Siapa yang dihubungi"),
        max_length=120,
        error_messages={"required": _("Tulis siapa yang dihubungi.")},
    )
    outcome = forms.ChoiceField(
        label=_("Apa hasilnya?"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih hasil teleponnya.")},
    )
    note = forms.CharField(label=_("Catatan"), max_length=300, required=False)


class ApproveForm(forms.Form):
    """Approval of all, or of less: fewer cameras, a later start, an earlier end."""

    cameras = forms.ModelMultipleChoiceField(
        label=_("Kamera yang diizinkan"),
        queryset=Camera.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih paling sedikit satu dari kamera yang diminta.")},
    )
    start = _day(_("Mulai, tanggal"))
    start_time = _hour(_("Mulai, jam dalam WIB"))
    end = _day(_("Sampai, tanggal"))
    end_time = _hour(_("Sampai, jam dalam WIB"))
    note = forms.CharField(label=_("Catatan untuk petugas"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, request: AccessRequest) -> None:
        cameras = Camera.objects.filter(pk__in=request.cameras.values("camera"))
        super().__init__(
            data,
            initial={
                "cameras": [camera.pk for camera in cameras],
                **_edge("start", request.starts_at),
                **_edge("end", request.ends_at),
            },
        )
        self.request = request
        if denied := denied_call(request):
            self.fields["despite"] = despite_field(denied.name)
        field = self.fields["cameras"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = cameras

    def scope(self) -> Scope:
        """What is approved; an edge left as shown is the asked one, fractions of a second too."""
        data = self.cleaned_data
        return Scope(
            camera_ids=[camera.pk for camera in data["cameras"]],
            start=self._changed("start", data),
            end=self._changed("end", data),
        )

    def _changed(self, name: str, data: dict[str, Any]) -> datetime | None:
        if not {name, f"{name}_time"} & set(self.changed_data):
            return None
        return datetime.combine(data[name], data[f"{name}_time"], WIB)


def _edge(name: str, moment: datetime | None) -> dict[str, Any]:
    """The initial day and hour of one edge."""
    if moment is None:
        return {}
    local = moment.astimezone(WIB).replace(microsecond=0)
    return {name: local.date(), f"{name}_time": local.time()}
