from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.models import User
from devices.models import Camera
from requests_app.desk.forms.moments import DayField, HourField, moment, span, today
from requests_app.desk.forms.once import OnceForm
from requests_app.enums import RequestForm
from requests_app.services.draft import Answers


class CameraChoice(forms.ModelMultipleChoiceField[Camera]):
    def label_from_instance(self, obj: Camera) -> str:
        gone = _("sudah dilepas") if obj.removed_at else ""
        where = ", ".join(filter(None, (obj.room.name, str(gone))))
        return format_html("<strong>{}</strong> <small>{}</small>", obj.name, where)


class TakeDownForm(OnceForm):
    """A request as the officer takes it down for an applicant. Times are in WIB."""

    applicant = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=_("Pemohon"),
        empty_label=_("Pilih nama"),
        error_messages={"required": _("Pilih pemohonnya.")},
    )
    activity = forms.CharField(
        label=_("Kegiatan atau peristiwa"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    legal_basis = forms.CharField(
        label=_("Dasar pemrosesan"),
        max_length=300,
        help_text=_("Misalnya nomor surat tugas."),
    )
    cameras = CameraChoice(
        queryset=Camera.objects.none(),
        label=_("Kamera, paling banyak 8"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Pilih paling sedikit satu kamera.")},
    )
    day = DayField(label=_("Tanggal rekaman"), initial=today)
    starts_at = HourField(label=_("Jam mulai, WIB"))
    ends_at = HourField(
        label=_("Jam selesai, WIB"),
        help_text=_("Lebih awal dari jam mulai berarti hari berikutnya."),
    )
    wants_room = forms.BooleanField(label=_("Perlu kunci ruang rekaman"), required=False)
    validator_name = forms.CharField(
        label=_("Yang dapat dihubungi Kepala"),
        max_length=120,
        error_messages={"required": _("Isi nama yang dapat dihubungi Kepala.")},
    )
    validator_position = forms.CharField(label=_("Jabatannya"), max_length=120, required=False)
    validator_phone = forms.CharField(
        label=_("Teleponnya"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel"}),
        error_messages={"required": _("Isi nomor telepon yang dapat dihubungi Kepala.")},
    )

    def __init__(self, data: object = None, files: object = None, **given: Any) -> None:
        super().__init__(data, files, **given)  # type: ignore[arg-type] # what a request carries
        applicant, cameras = self.fields["applicant"], self.fields["cameras"]
        assert isinstance(applicant, forms.ModelChoiceField)  # noqa: S101 - declared above
        assert isinstance(cameras, CameraChoice)  # noqa: S101
        may_ask = User.objects.filter(is_active=True).exclude(applicant_kind="")
        applicant.queryset = may_ask.order_by("name")
        cameras.queryset = Camera.objects.select_related("room").order_by("room__name", "name")

    @property
    def answers(self) -> Answers:
        given = self.cleaned_data
        start, end = span(given["day"], given["starts_at"], given["ends_at"])
        return Answers(
            activity=given["activity"],
            legal_basis=given["legal_basis"],
            camera_ids=[camera.pk for camera in given["cameras"]],
            starts_at=start,
            ends_at=end,
            wants_room=given["wants_room"],
            validator_name=given["validator_name"],
            validator_position=given["validator_position"],
            validator_phone=given["validator_phone"],
        )


class OutageForm(TakeDownForm):
    """The same, for a request that was made on paper while the portal was down."""

    form = forms.ChoiceField(
        label=_("Bentuk permohonan"),
        choices=RequestForm.choices,
        widget=forms.RadioSelect,
        initial=RequestForm.WRITTEN,
    )
    happened_day = DayField(label=_("Tanggal permohonan dibuat"))
    happened_at = HourField(label=_("Jam permohonan dibuat, WIB"))
    reason = forms.CharField(
        label=_("Mengapa baru dicatat sekarang"),
        max_length=300,
        help_text=_("Misalnya listrik padam sejak pagi."),
    )
    scan = forms.FileField(
        label=_("Pindaian kertasnya"),
        help_text=_("PDF, JPG, atau PNG, paling besar 5 MB."),
    )

    @property
    def outage(self) -> dict[str, Any]:
        """The arguments of enter_after_outage beside applicant and answers."""
        given = self.cleaned_data
        return {
            "form": RequestForm(given["form"]),
            "happened_at": moment(given["happened_day"], given["happened_at"]),
            "reason": given["reason"],
            "scan": given["scan"],
        }
