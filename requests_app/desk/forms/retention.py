from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cctvportal.common import words
from devices.models import Camera
from recordings.enums import Purpose
from recordings.models import RetentionPolicy
from recordings.services.retention import Wish

if TYPE_CHECKING:
    from django.http import QueryDict

_UNITS = {"days": _("hari"), "hours": _("jam"), "minutes": _("menit")}


class AskForm(forms.Form):
    """A change of retention. It is sent only after what it does was shown: `seen` says so."""

    # What the shown impact belongs to; another answer among these has it shown again.
    decisive: ClassVar[tuple[str, ...]] = ("amount", "unit")

    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        help_text=_("Dibaca oleh Kepala atau Sekretaris yang menyetujui."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Tulis alasannya, untuk yang menyetujui.")},
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def wish(self) -> Wish:
        raise NotImplementedError

    def was_shown(self) -> bool:
        return bool(self.cleaned_data["seen"] == self._digest())

    def note_shown(self) -> None:
        """The next sending of the same answers goes through."""
        given = cast("QueryDict", self.data).dict()
        self.data = {**given, "seen": self._digest()}

    def _digest(self) -> str:
        told = "\n".join(str(self.cleaned_data[name]) for name in self.decisive)
        return hashlib.sha256(told.encode()).hexdigest()


class _TermFields(forms.Form):
    """An amount and a unit, and the ground for them."""

    amount = forms.IntegerField(
        label=_("Lama disimpan"),
        min_value=1,
        max_value=5_270_400,
        widget=forms.NumberInput(attrs={"class": "cp-w-date", "inputmode": "numeric"}),
        error_messages={"required": _("Tulis lamanya dengan angka, misalnya 30.")},
    )
    unit = forms.ChoiceField(
        label=_("Satuan"),
        choices=list(_UNITS.items()),
        widget=forms.Select(attrs={"class": "cp-w-date"}),
    )
    legal_basis = forms.CharField(
        label=_("Dasar masa simpan"),
        max_length=200,
        help_text=_("Peraturan atau keputusan, misalnya: SOP 20/SEKRETARIAT/XII/2021, langkah 5."),
        error_messages={"required": _("Tulis peraturan atau keputusan yang mendasarinya.")},
    )

    def term(self) -> timedelta:
        return timedelta(**{self.cleaned_data["unit"]: self.cleaned_data["amount"]})


class NewPolicyForm(_TermFields, AskForm):
    name = forms.CharField(
        label=_("Nama"),
        max_length=80,
        help_text=_("Misalnya: Keamanan halaman, atau Ruang asesmen."),
        error_messages={"required": _("Beri nama yang mudah dikenali.")},
    )
    purpose = forms.ChoiceField(
        label=_("Untuk tujuan apa?"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih tujuannya.")},
    )
    field_order = ("name", "purpose", "amount", "unit", "legal_basis", "reason")
    decisive = ("name", "purpose", "amount", "unit", "legal_basis")

    def wish(self) -> Wish:
        data = self.cleaned_data
        return Wish.new(data["name"], data["purpose"], self.term(), data["legal_basis"])


class TermForm(_TermFields, AskForm):
    """Another term or ground for one policy; its own stand there to begin with."""

    field_order = ("amount", "unit", "legal_basis", "reason")

    def __init__(self, data: Any = None, files: Any = None, *, policy: RetentionPolicy) -> None:
        unit, amount = told(policy.keep_for)
        first = {"amount": amount, "unit": unit, "legal_basis": policy.legal_basis}
        super().__init__(data, files, initial=first)
        self.policy = policy

    def wish(self) -> Wish:
        return Wish.term(self.policy, self.term(), self.cleaned_data["legal_basis"])


class _PolicyChoice(forms.ModelChoiceField[RetentionPolicy]):
    def label_from_instance(self, obj: RetentionPolicy) -> str:
        return f"{obj.name}: {words.duration(obj.keep_for)}, {obj.get_purpose_display().lower()}"


class MoveForm(AskForm):
    """Another policy for one camera."""

    policy = _PolicyChoice(
        queryset=RetentionPolicy.objects.none(),
        label=_("Pindah ke masa simpan"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Pilih masa simpan yang baru.")},
    )
    field_order = ("policy", "reason")
    decisive = ("policy",)

    def __init__(self, data: Any = None, files: Any = None, *, camera: Camera) -> None:
        super().__init__(data, files)
        self.camera = camera
        field = self.fields["policy"]
        assert isinstance(field, _PolicyChoice)  # noqa: S101 - declared above
        field.queryset = RetentionPolicy.objects.exclude(plans__camera=camera).order_by("name")

    @property
    def has_choices(self) -> bool:
        field = self.fields["policy"]
        return isinstance(field, _PolicyChoice) and bool(field.queryset and field.queryset.exists())

    def wish(self) -> Wish:
        return Wish.move(self.camera, self.cleaned_data["policy"])


def told(term: timedelta) -> tuple[str, int]:
    """The largest unit that says the term without a rest."""
    for unit in ("days", "hours"):
        count, rest = divmod(term, timedelta(**{unit: 1}))
        if count and not rest:
            return unit, count
    return "minutes", term // timedelta(minutes=1)
