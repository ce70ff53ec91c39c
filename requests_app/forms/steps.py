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


def _moment() -> forms.DateTimeInput:
    """Date and time in one control, to the second; the format is HTML's, whatever the language."""
    attrs = {"type": "datetime-local", "step": 1}
    return forms.DateTimeInput(attrs=attrs, format="%Y-%m-%dT%H:%M:%S")


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
    start = forms.DateTimeField(label=_("Mulai"), widget=_moment())
    end = forms.DateTimeField(label=_("Sampai"), widget=_moment())
    note = forms.CharField(label=_("Catatan untuk petugas"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, request: AccessRequest) -> None:
        cameras = Camera.objects.filter(pk__in=request.cameras.values("camera"))
        super().__init__(
            data,
            initial={
                "cameras": [camera.pk for camera in cameras],
                "start": _local(request.starts_at),
                "end": _local(request.ends_at),
            },
        )
        self.request = request
        field = self.fields["cameras"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = cameras

    def scope(self) -> Scope:
        """What is approved; an edge left as shown is the asked one, fractions of a second too."""
        data = self.cleaned_data
        return Scope(
            camera_ids=[camera.pk for camera in data["cameras"]],
            start=data["start"] if "start" in self.changed_data else None,
            end=data["end"] if "end" in self.changed_data else None,
        )


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(WIB).replace(microsecond=0, tzinfo=None) if moment else None
