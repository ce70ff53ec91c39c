"""Pages of an approver: who decides in their absence, and what of accounts waits for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.accounts.forms import DelegationForm
from cctvportal.accounts.models import AccountChange, Delegation
from cctvportal.accounts.selectors import waiting_changes
from cctvportal.accounts.services import changes
from cctvportal.accounts.services.delegation import delegate, revoke_delegation
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused


@page("accounts.view_delegation")
def delegations(request: PersonRequest) -> HttpResponseBase:
    """All appointments, newest first; an approver adds one by the form."""
    form = None
    if request.user.has_perm("accounts.delegate"):
        form = DelegationForm(request.POST or None, by=request.user)
        if request.method == "POST" and form.is_valid() and _appointed(request, form):
            messages.success(request, _("Penunjukan dicatat."))
            return redirect("delegations")
    rows = Delegation.objects.select_related("principal", "delegate")[:50]
    return render(
        request, "accounts/delegations.html", {"rows": rows, "form": form, "moment": now()}
    )


def _appointed(request: PersonRequest, form: DelegationForm) -> bool:
    try:
        delegate(**form.cleaned_data, by=request.user)
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return False
    return True


@page("accounts.delegate")
@require_POST
def revoke(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Ends one's own appointment of another at once."""
    given = get_object_or_404(Delegation, pk=pk, principal=request.user)
    try:
        revoke_delegation(given, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("Penunjukan dicabut."))
    return redirect("delegations")


@page("accounts.confirm_change")
def account_changes(request: PersonRequest) -> HttpResponseBase:
    """Staff roles and password links that wait for a second person."""
    rows = waiting_changes()
    return render(request, "accounts/changes.html", {"rows": rows})


@page("accounts.confirm_change")
@require_POST
def answer_change(request: PersonRequest, pk: int) -> HttpResponseBase:
    """Confirms or refuses one of them."""
    change = get_object_or_404(AccountChange, pk=pk)
    if request.POST.get("answer") == "yes":
        changes.confirm(change, by=request.user)
        messages.success(request, _("Disetujui."))
    else:
        changes.refuse(change, by=request.user)
        messages.success(request, _("Ditolak."))
    return redirect("account_changes")
