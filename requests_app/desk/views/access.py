"""SOP step 3: the passphrase and the room key."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import PersonRequest, page
from requests_app.desk import facts
from requests_app.desk.forms.access import KeyOutForm
from requests_app.desk.frame import Press, attempt, bound, elsewhere, shown, told
from requests_app.desk.keyboard import hooks
from requests_app.enums import RequestState
from requests_app.models import AccessRequest
from requests_app.selectors.gate import handout_for, request_for
from requests_app.services.close import close_without_export
from requests_app.services.issue import Issued, issue, reissue
from requests_app.services.keys import hand_key, take_key_back


@page("requests_app.issue")
def issue_passphrase(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Before: a button, whose answer shows the passphrase, this once. After: that it is gone."""
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.APPROVED, RequestState.ISSUED):
        return turned
    form = bound(Press, request)
    shown_once = attempt(form, lambda _f: _passphrase(request, issue(row, by=request.user)))
    return shown_once or shown(
        request,
        "issue",
        here=_("Serah sandi dan kunci"),
        row=row,
        form=form,
        permit=facts.permit(row),
        steps=facts.steps(row)[2:3],
        live=row.issuances.select_related("issued_by").filter(revoked_at=None).first(),
    )


@page("requests_app.issue")
def renew_passphrase(request: PersonRequest, pk: UUID) -> HttpResponse:
    """A new passphrase takes the place of a lost one."""
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.ISSUED):
        return turned
    form = bound(Press, request)
    shown_once = attempt(form, lambda _f: _passphrase(request, reissue(row, by=request.user)))
    return shown_once or shown(
        request,
        "act",
        here=_("Sandi baru"),
        row=row,
        title=_("Buat sandi ruang periksa yang baru?"),
        warning=_("Sandi yang lama langsung tidak dapat dipakai lagi."),
        form=form,
        button=_("Buat sandi baru"),
        aside=facts.permit(row),
    )


def _passphrase(request: PersonRequest, issued: Issued) -> HttpResponse:
    """The one page that ever holds it: the answer itself, never stored, never in an address."""
    row: AccessRequest = issued.issuance.request
    return shown(
        request,
        "passphrase",
        here=_("Sandi ruang periksa"),
        row=row,
        words=issued.passphrase.split("-"),
        whole=issued.passphrase,
        issuance=issued.issuance,
        permit=facts.permit(row),
        key_waits=row.wants_room and not row.handouts.filter(returned_at=None).exists(),
    )


@page("requests_app.hand_key")
def key_out(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.ISSUED):
        return turned
    form = bound(KeyOutForm, request)

    def act(sent: KeyOutForm) -> HttpResponse:
        handout = hand_key(row, key=sent.cleaned_data["key"], by=request.user)
        who = {"key": handout.key.label, "who": row.applicant.name}
        sentence = _("Kunci %(key)s dicatat keluar. Minta %(who)s memastikan di portal.") % who
        return told(request, sentence, "request", row.pk)

    return attempt(form, act) or shown(
        request,
        "key_out",
        here=_("Serah kunci"),
        row=row,
        form=form,
        hooks=hooks(),
        permit=facts.permit(row),
    )


@page("requests_app.take_key")
def key_in(request: PersonRequest, pk: int) -> HttpResponse:
    handout = handout_for(request.user, pk)
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        take_key_back(handout, by=request.user)
        sentence = _("Kunci %s dicatat kembali.") % handout.key.label
        return told(request, sentence, "request", handout.request_id)

    return attempt(form, act) or shown(
        request, "key_in", here=_("Terima kunci"), row=handout.request, form=form, handout=handout
    )


@page("requests_app.desk")
def keys(request: PersonRequest) -> HttpResponse:
    return shown(request, "keys", here=_("Kunci ruang"), hooks=hooks())


@page("requests_app.desk")
def close(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Ends an access in which the footage was only looked at."""
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.ISSUED):
        return turned
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        close_without_export(row, by=request.user)
        return told(request, _("Akses diakhiri. Sandi tidak berlaku lagi."), "request", row.pk)

    return attempt(form, act) or shown(
        request,
        "act",
        here=_("Akhiri akses"),
        row=row,
        title=_("Akhiri akses tanpa merekam?"),
        info=_("Pemohon hanya melihat rekaman. Sandinya langsung tidak berlaku lagi."),
        form=form,
        button=_("Akhiri akses"),
        aside=facts.permit(row),
    )
