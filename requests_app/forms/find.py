from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from requests_app.enums import RequestState
from requests_app.models import AccessRequest


class FindForm(forms.Form):
    """Which of all requests: by words of number, activity or applicant, and by state."""

    q = forms.CharField(label=_("Cari nomor, kegiatan, atau pemohon"), required=False)
    state = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[
            ("", _("Semua")),
            *((s.value, s.label) for s in RequestState if s != RequestState.DRAFT),
        ],
    )

    def among(self, rows: QuerySet[AccessRequest]) -> QuerySet[AccessRequest]:
        """`rows` that fit; all of them while the form is empty or wrong."""
        data: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        if words := data.get("q"):
            fits = Q(number__icontains=words) | Q(activity__icontains=words)
            rows = rows.filter(fits | Q(applicant__name__icontains=words))
        return rows.filter(state=data["state"]) if data.get("state") else rows
