"""The questions of a new request, one page each."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cctvportal.common.clock import WIB, now
from devices.models import Camera
from requests_app.models import AccessRequest
from requests_app.services.draft import Answers

_RANGES: Final = {
    "pagi": (time(8), time(12)),
    "siang": (time(12), time(16)),
    "kerja": (time(7, 30), time(16)),
}


def _choice(word: Any, small: Any) -> SafeString:
    return format_html('<strong>{}</strong> <small class="cp-num">{}</small>', word, small)


def _clock(moment: datetime) -> str:
    """As HTML writes a time; the seconds only where there are some."""
    return f"{moment:%H:%M:%S}".removesuffix(":00")


class ActivityForm(forms.Form):
    activity = forms.CharField(
        label=_("Kegiatan atau peristiwa"),
        max_length=300,
        help_text=_("Misalnya: Uji kompetensi pejabat pengawas, gelombang 3."),
        error_messages={"required": _("Tulis kegiatan atau peristiwanya.")},
    )
    legal_basis = forms.CharField(
        label=_("Dasar pemrosesan"),
        max_length=300,
        help_text=_("Misalnya nomor surat tugas atau laporan kejadian."),
        error_messages={"required": _("Tulis dasar pemrosesannya, misalnya nomor surat tugas.")},
    )
    letter = forms.FileField(
        label=_("Surat"),
        required=False,
        help_text=_("PDF, JPG, atau PNG, paling besar 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def clean(self) -> dict[str, Any]:
        """A browser does not send a file again by itself."""
        data = super().clean() or self.cleaned_data
        if self.errors and self.files.get("letter"):
            self.add_error("letter", _("Pilih lagi suratnya: peramban tidak menyimpan berkas."))
        return data

    @staticmethod
    def standing(request: AccessRequest) -> dict[str, Any]:
        """What the draft says already, as initial values."""
        return {"activity": request.activity, "legal_basis": request.legal_basis}

    def answers(self) -> Answers:
        data = self.cleaned_data
        return Answers(activity=data["activity"], legal_basis=data["legal_basis"])


class CameraTimeForm(forms.Form):
    date = forms.DateField(
        label=_("Tanggal"),
        widget=forms.DateInput(attrs={"type": "date", "class": "cp-w-date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Pilih tanggalnya."),
            "invalid": _("Tulis tanggal seperti 2026-11-23."),
        },
    )
    preset = forms.ChoiceField(
        label=_("Jam, dalam WIB"),
        error_messages={"required": _("Pilih jamnya, atau Atur sendiri.")},
        choices=[
            ("pagi", _choice(_("Pagi"), "08.00–12.00")),
            ("siang", _choice(_("Siang"), "12.00–16.00")),
            ("kerja", _choice(_("Jam kerja"), "07.30–16.00")),
            ("lain", _choice(_("Atur sendiri"), _("isi di bawah"))),
        ],
        widget=forms.RadioSelect,
    )
    starts_at = forms.TimeField(
        label=_("Mulai"),
        widget=forms.TimeInput(attrs={"type": "time", "class": "cp-w-time"}, format="%H:%M:%S"),
        error_messages={
            "required": _("Isi waktu mulai, misalnya 08.00."),
            "invalid": _("Tulis jam seperti 08.00."),
        },
    )
    ends_at = forms.TimeField(
        label=_("Selesai"),
        widget=forms.TimeInput(attrs={"type": "time", "class": "cp-w-time"}, format="%H:%M:%S"),
        error_messages={
            "required": _("Isi waktu selesai, misalnya 12.00."),
            "invalid": _("Tulis jam seperti 12.00."),
        },
    )
    next_day = forms.BooleanField(label=_("Selesai pada hari berikutnya"), required=False)
    cameras = forms.ModelMultipleChoiceField(
        label=_("Kamera, paling banyak 8"),
        queryset=Camera.objects.filter(removed_at=None).order_by("name"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih paling sedikit satu kamera.")},
    )

    @staticmethod
    def standing(request: AccessRequest) -> dict[str, Any]:
        """What the draft says already, as initial values; this morning where it says nothing."""
        if request.starts_at is None or request.ends_at is None:
            return {"date": now().astimezone(WIB).date(), "preset": "pagi"}
        start, end = request.starts_at.astimezone(WIB), request.ends_at.astimezone(WIB)
        return {
            "date": start.date(),
            "preset": "lain",
            "starts_at": _clock(start),
            "ends_at": _clock(end),
            "next_day": end.date() > start.date(),
            "cameras": [each.camera_id for each in request.cameras.all()],
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get("preset") in _RANGES:
            self.fields["starts_at"].required = self.fields["ends_at"].required = False

    def clean(self) -> dict[str, Any]:
        """A range that was chosen goes before hours that still stand in the fields."""
        data = super().clean() or self.cleaned_data
        if data.get("preset") in _RANGES:
            data["starts_at"], data["ends_at"] = _RANGES[data["preset"]]
            data["next_day"] = False
        return data

    def edges(self) -> tuple[datetime, datetime]:
        """The asked range as aware times."""
        data = self.cleaned_data
        day: date = data["date"]
        end_day = day + timedelta(days=1) if data["next_day"] else day
        return (
            datetime.combine(day, data["starts_at"], WIB),
            datetime.combine(end_day, data["ends_at"], WIB),
        )

    def answers(self) -> Answers:
        start, end = self.edges()
        chosen = [camera.pk for camera in self.cleaned_data["cameras"]]
        return Answers(starts_at=start, ends_at=end, camera_ids=chosen)


class ContactForm(forms.Form):
    validator_name = forms.CharField(
        label=_("Nama"),
        max_length=120,
        error_messages={"required": _("Tulis nama orang yang dapat dihubungi Kepala.")},
    )
    validator_position = forms.CharField(label=_("Jabatan"), max_length=120, required=False)
    validator_phone = forms.CharField(
        label=_("Telepon"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        error_messages={"required": _("Tulis nomor telepon orang itu.")},
    )
    wants_room = forms.BooleanField(
        label=_("Saya perlu masuk ke ruang rekaman dan meminjam kuncinya"), required=False
    )

    @staticmethod
    def standing(request: AccessRequest) -> dict[str, Any]:
        """What the draft says already, as initial values."""
        names = ("validator_name", "validator_position", "validator_phone", "wants_room")
        return {name: getattr(request, name) for name in names}

    def answers(self) -> Answers:
        return Answers(**self.cleaned_data)
