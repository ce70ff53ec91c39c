"""What a reader may ask of a book. Wrong answers leave the book unfiltered and are said."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.common.clock import now
from devices.models import Camera
from requests_app.selectors.books import Criteria
from requests_app.selectors.books.criteria import Kind
from requests_app.selectors.monitoring import bounds, day_of

_KINDS = [
    (Kind.ACCESS, gettext_lazy("Ruang dan rekaman")),
    (Kind.ROOM, gettext_lazy("Ruang")),
    (Kind.FOOTAGE, gettext_lazy("Rekaman")),
    (Kind.REQUEST, gettext_lazy("Permohonan")),
    (Kind.PEOPLE, gettext_lazy("Masuk dan wewenang")),
    (Kind.PURGE, gettext_lazy("Penghapusan otomatis")),
    (Kind.ALL, gettext_lazy("Semua catatan")),
]


_UNKNOWN_DAY = gettext_lazy("Tanggal tidak dikenal. Contoh: 23-11-2026.")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _UNKNOWN_DAY},
    )


class BookFilter(forms.Form):
    """Dates, person, camera, number; each book takes the fields that its rows have."""

    dari = _day(gettext_lazy("Dari"))
    sampai = _day(gettext_lazy("Sampai"))
    jenis = forms.ChoiceField(label=gettext_lazy("Jenis"), choices=_KINDS, required=False)
    siapa = forms.CharField(label=gettext_lazy("Nama orang"), max_length=120, required=False)
    kamera = forms.ModelChoiceField(
        Camera.objects.all(),
        label=gettext_lazy("Kamera"),
        required=False,
        empty_label=gettext_lazy("Semua"),
    )
    nomor = forms.CharField(label=gettext_lazy("Nomor"), max_length=40, required=False)
    fields_used: tuple[str, ...] = ("dari", "sampai", "jenis", "siapa", "kamera", "nomor")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(self.fields_used):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        start, end = answers.get("dari"), answers.get("sampai")
        if start and end and end < start:
            self.add_error("sampai", _("Tanggal akhir mendahului tanggal awal. Tukar keduanya."))
        return answers

    def criteria(self) -> Criteria:
        """What was asked for; whatever is wrong counts as not asked."""
        self.is_valid()
        answers = self.cleaned_data
        start, end = answers.get("dari"), answers.get("sampai")
        camera = answers.get("kamera")
        return Criteria(
            start=bounds(start)[0] if start else None,
            end=bounds(end)[1] if end else None,
            person=answers.get("siapa", "").strip(),
            camera_id=camera.pk if camera else None,
            number=answers.get("nomor", "").strip(),
            kind=Kind(answers.get("jenis") or Kind.ACCESS),
        )

    def said(self) -> str:
        """The filter in words, for the page as it is printed; empty when nothing was asked."""
        self.is_valid()
        answers = self.cleaned_data
        parts = [
            f"{self.fields[name].label} {value:%d-%m-%Y}"
            if isinstance(value, date)
            else f"{self.fields[name].label}: {dict(_KINDS).get(value, value)}"
            for name, value in answers.items()
            if value
        ]
        return ", ".join(parts)

    def asked(self) -> dict[str, str]:
        """The answers as text, for the access book and the links to other pages."""
        return {name: str(self.data.get(name, "")) for name in self.fields if self.data.get(name)}


class FaultFilter(BookFilter):
    fields_used = ("dari", "sampai", "siapa", "kamera")


class DiskFilter(BookFilter):
    fields_used = ("dari", "sampai", "siapa", "kamera", "nomor")


class MonitoringFilter(BookFilter):
    """One day, because a day's gaps and bytes are what the book tells."""

    hari = _day(gettext_lazy("Hari"))
    fields_used = ("hari", "kamera")
    field_order = ("hari", "kamera")

    @property
    def day(self) -> date:
        """The day asked for; today when none was, or one ahead."""
        self.is_valid()
        today = day_of(now())
        asked = self.cleaned_data.get("hari")
        return min(asked, today) if asked else today
