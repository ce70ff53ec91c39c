"""The daily certificates of what expired: the list, and each as PDF."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import PersonRequest, page
from recordings.models import PurgeDay
from requests_app.papers import setting
from requests_app.papers.purge_day import purge_day
from requests_app.services.papers import note_day_paper

_PER_PAGE = 31


@require_safe
@page("recordings.see_books")
def show(request: PersonRequest) -> HttpResponse:
    """A month of days a page, the latest first."""
    days = Paginator(PurgeDay.objects.order_by("-day"), _PER_PAGE)
    context = {
        "page": days.get_page(request.GET.get("page")),
        "query": "",
        "crumbs": [("/", _("Beranda"))],
        "here": _("Penghapusan harian"),
    }
    return render(request, "retention/days.html", context)


@require_safe
@page("recordings.see_books")
def paper(request: PersonRequest, day: date) -> HttpResponse:
    """One day's certificate; that it was taken along stands in the access book."""
    row = PurgeDay.objects.filter(pk=day).first()
    if row is None:
        raise Http404(str(day))
    composed = purge_day(row)
    made = setting.pdf(composed)
    note_day_paper(row, number=composed.number, by=request.user)
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{composed.file_name}"'},
    )
