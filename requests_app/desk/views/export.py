"""SOP steps 4 and 5: from the permit to a disk that was read back."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from cctvportal.accounts.access import PersonRequest, page
from recordings.models import Export
from recordings.services import exports
from requests_app.desk import progress
from requests_app.desk.forms.export import ExportForm
from requests_app.desk.frame import Press, attempt, bound, elsewhere, shown, told
from requests_app.desk.media import choices, outlook, permit_rows
from requests_app.enums import RequestState
from requests_app.selectors.exports import export_for, is_lost
from requests_app.selectors.gate import request_for
from requests_app.selectors.permit import permit_of, unfinished_export
from requests_app.services.start_export import retry_export as go_on
from requests_app.services.start_export import start_export


@page("requests_app.export")
def choose(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Size, holes, disks; the button starts. An export that runs or stopped is shown instead."""
    row = request_for(request.user, pk)
    if turned := elsewhere(request, row, RequestState.ISSUED):
        return turned
    if request.method == "GET" and (open_one := unfinished_export(row)):
        return redirect("admin:export", open_one.pk)
    permit = permit_of(row)
    disks, seen = choices(permit, by=request.user), outlook(permit)
    form = bound(partial(ExportForm, disks=disks), request)

    def act(sent: ExportForm) -> HttpResponse:
        export = start_export(row, medium=sent.chosen, by=request.user)
        return redirect("admin:export", export.pk)

    return attempt(form, act) or shown(
        request, "export", here=_("Ekspor ke hard disk"), row=row, form=form,
        disks=disks, seen=seen, rows=permit_rows(permit, seen),
    )  # fmt: skip


@page("recordings.export")
def one_export(request: PersonRequest, pk: UUID) -> HttpResponse:
    """How far it is; what went wrong; or the package, once it was read back."""
    export = export_for(request.user, pk)
    return _shown(request, export, "progress")


@page("recordings.export")
def export_progress(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The part of the page that refreshes itself; the whole page once it is over."""
    job = progress.of_export(export_for(request.user, pk))
    if not job.active:
        return HttpResponseClientRefresh()
    return render(request, "components/job.html", {"job": job})


@page("recordings.export")
def cancel_export(request: PersonRequest, pk: UUID) -> HttpResponse:
    export = export_for(request.user, pk)
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        exports.cancel(export, by=request.user)
        return told(request, _("Ekspor dibatalkan."), "export", export.pk)

    return attempt(form, act) or shown(
        request,
        "act",
        here=_("Batalkan ekspor"),
        row=export.fulfilment.request,
        title=_("Batalkan ekspor ini?"),
        info=_("Yang sudah tersalin dihapus dari hard disk. Sumber rekaman tetap ada."),
        form=form,
        danger=True,
        button=_("Batalkan ekspor"),
    )


@page("recordings.export")
def retry_export(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Goes on with what is missing; what was copied whole is not copied again."""
    export = export_for(request.user, pk)
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        go_on(export.fulfilment.request, export=export, by=request.user)
        return told(request, _("Ekspor dilanjutkan."), "export", export.pk)

    return attempt(form, act) or _shown(request, export, "progress", form=form)


@page("recordings.show_passphrase")
def export_passphrase(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The answer to the button shows the ZIP's passphrase, once, for the sealed envelope."""
    export = export_for(request.user, pk)
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        secret = exports.show_passphrase(export, by=request.user)
        return _shown(request, export, "envelope", words=secret.split("-"), whole=secret)

    return attempt(form, act) or _shown(request, export, "progress", form=form)


def _shown(request: PersonRequest, export: Export, template: str, **more: Any) -> HttpResponse:
    return shown(
        request,
        template,
        here=_("Ekspor"),
        row=export.fulfilment.request,
        export=export,
        job=progress.of_export(export),
        stopped=progress.stopped(export),
        sentence=progress.sentence(export),
        left_over=progress.left_over(export),
        lost=is_lost(export),
        written=progress.written(export),
        **more,
    )
