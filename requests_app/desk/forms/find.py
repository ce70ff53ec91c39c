from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.selectors.lists import sent_requests


class FindForm(forms.Form):
    """Looks requests up by number, applicant or state."""

    words = forms.CharField(label=_("Nomor atau pemohon"), max_length=80, required=False)
    state = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[("", _("Semua")), *(one for one in RequestState.choices if one[0] != "DRAFT")],
    )

    def found(self) -> QuerySet[AccessRequest]:
        """What fits; everything while the form is empty or wrong."""
        rows = sent_requests()
        if not self.is_bound or not self.is_valid():
            return rows
        if said := self.cleaned_data["words"]:
            rows = rows.filter(Q(number__icontains=said) | Q(applicant__name__icontains=said))
        if state := self.cleaned_data["state"]:
            rows = rows.filter(state=state)
        return rows
