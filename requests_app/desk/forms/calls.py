from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import User
from cctvportal.common.clock import WIB, now
from requests_app.desk.forms.moments import DayField, HourField, moment, span, this_minute, today
from requests_app.enums import Outcome, Verdict
from requests_app.forms.steps import despite_field
from requests_app.models import AccessRequest
from requests_app.selectors.calls import denied_call
from requests_app.services.decide import Scope


class CallForm(forms.Form):
    """Who was called to vouch for the activity, and what they said (SOP step 2)."""

    name = forms.CharField(label=_("Yang dihubungi"), max_length=120)
    position = forms.CharField(label=_("Jabatan"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("Telepon"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    called_day = DayField(label=_("Tanggal menelepon"), initial=today)
    called_at = HourField(label=_("Jam menelepon, WIB"), initial=this_minute)
    outcome = forms.ChoiceField(label=_("Hasil"), choices=Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Catatan"), max_length=300, required=False)

    def __init__(
        self, data: object = None, files: object = None, *, subject: AccessRequest
    ) -> None:
        named = {
            "name": subject.validator_name,
            "position": subject.validator_position,
            "phone": subject.validator_phone,
        }
        super().__init__(data, files, initial=named)  # type: ignore[arg-type] # what a request carries

    @property
    def call(self) -> dict[str, Any]:
        """The arguments of record_validation."""
        given = self.cleaned_data
        return {
            "name": given["name"],
            "position": given["position"],
            "phone": given["phone"],
            "called_at": moment(given["called_day"], given["called_at"]),
            "outcome": Outcome(given["outcome"]),
            "note": given["note"],
        }


class PhoneDecisionForm(forms.Form):
    """What an approver decided by phone, as the officer heard it."""

    approver = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("Yang memutuskan"), empty_label=_("Pilih nama")
    )
    told_day = DayField(label=_("Tanggal telepon"), initial=today)
    told_at = HourField(label=_("Jam telepon, WIB"), initial=this_minute)
    verdict = forms.ChoiceField(
        label=_("Keputusan"), choices=Verdict.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Alasan, bila ditolak"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    cameras = forms.MultipleChoiceField(
        label=_("Kamera yang diizinkan"), required=False, widget=forms.CheckboxSelectMultiple
    )
    start = HourField(label=_("Diizinkan mulai, WIB"), required=False)
    end = HourField(label=_("Diizinkan sampai, WIB"), required=False)
    note = forms.CharField(label=_("Pesan untuk petugas"), max_length=500, required=False)

    def __init__(
        self, data: object = None, files: object = None, *, subject: AccessRequest
    ) -> None:
        super().__init__(data, files)  # type: ignore[arg-type] # what a request carries
        self.subject = subject
        if denied := denied_call(subject):
            self.fields["despite"] = despite_field(denied.name)
            # A refusal needs none; the service asks for it where it is approved.
            self.fields["despite"].required = False
        approver, cameras = self.fields["approver"], self.fields["cameras"]
        assert isinstance(approver, forms.ModelChoiceField)  # noqa: S101 - declared above
        assert isinstance(cameras, forms.MultipleChoiceField)  # noqa: S101
        approver.queryset = _deciders().exclude(pk=subject.applicant_id)
        wanted = subject.cameras.select_related("camera")
        cameras.choices = [(str(one.camera_id), one.camera.name) for one in wanted]
        cameras.initial = [value for value, _name in cameras.choices]
        start, end = subject.starts_at, subject.ends_at
        assert start is not None  # noqa: S101 - the CHECK on sent requests says so
        assert end is not None  # noqa: S101
        self.fields["start"].initial = start.astimezone(WIB).time()
        self.fields["end"].initial = end.astimezone(WIB).time()

    @property
    def told(self) -> datetime:
        """When it was told; a request sent within the typed minute came before the call."""
        said = moment(self.cleaned_data["told_day"], self.cleaned_data["told_at"])
        sent = self.subject.happened_at or self.subject.submitted_at
        return sent if sent and _same_minute(said, sent) else said

    @property
    def decision(self) -> dict[str, Any]:
        """The arguments of log_phone_decision."""
        given = self.cleaned_data
        verdict = Verdict(given["verdict"])
        return {
            "approver": given["approver"],
            "verdict": verdict,
            "told_at": self.told,
            "scope": self._scope if verdict == Verdict.APPROVED else None,
            "reason": given["reason"],
            "note": given["note"],
            "despite": given.get("despite", ""),
        }

    @property
    def _scope(self) -> Scope:
        """What an approval leaves."""
        given, asked = self.cleaned_data, self.subject
        assert asked.starts_at is not None  # noqa: S101 - the CHECK on sent requests says so
        assert asked.ends_at is not None  # noqa: S101
        start, end = asked.starts_at, asked.ends_at
        if given["start"] and given["end"]:
            day = start.astimezone(WIB).date()
            start, end = _within(span(day, given["start"], given["end"]), (start, end))
        return Scope([int(one) for one in given["cameras"]], start, end)


def _within(
    typed: tuple[datetime, datetime], asked: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """The fields say minutes; an edge in the asked minute is the asked edge, to the second."""
    same = [
        edge if _same_minute(said, edge) else said for said, edge in zip(typed, asked, strict=True)
    ]
    return same[0], same[1]


def _same_minute(typed: datetime, known: datetime) -> bool:
    return timedelta(0) <= known - typed < timedelta(minutes=1)


def _deciders() -> Any:
    """Approvers, and those who hold a delegation in force."""
    moment_now = now()
    delegated = Q(
        delegations_held__starts_at__lte=moment_now,
        delegations_held__ends_at__gt=moment_now,
        delegations_held__revoked_at=None,
    )
    people = User.objects.filter(Q(role=Role.APPROVER) | delegated, is_active=True)
    return people.distinct().order_by("name")
