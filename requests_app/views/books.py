"""The pages of the five books, and the same rows as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cctvportal.accounts.access import PersonRequest, page
from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import WIB, now
from requests_app.forms.books import BookFilter
from requests_app.services.books import note_reading
from requests_app.views.catalogue import BOOKS
from requests_app.views.shelf import Book, Row

PER_PAGE = 50
_BATCH = 500
# How a spreadsheet tells a formula from a text (OWASP, CSV Injection).
_DOTS = "." * 40
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@page("requests_app.enter_books")
def enter(_request: PersonRequest) -> HttpResponseRedirect:
    return redirect("books:access")


@require_safe
@page("recordings.see_books")
def show(request: PersonRequest, book: str) -> HttpResponse:
    """One page of a book. Each page that is read is noted, whichever it is."""
    chosen = BOOKS[book]
    form = chosen.form(request.GET)
    pages = Paginator(chosen.rows_of(form), PER_PAGE)
    current = pages.get_page(request.GET.get("page"))
    read = {**form.asked(), "page": str(current.number)}
    note_reading(book=book, asked=read, exported=False, by=request.user)
    query = urlencode(form.asked())
    context = {
        "book": _shown(chosen, chosen.lines(current.object_list, form), pages.count, form),
        "form": form,
        "filter_form": form,
        "page": current,
        "query": query,
        "signers": _signers(request.user),
        "crumbs": [("/", _("Beranda"))],
        "here": chosen.title,
        "note_url": _note_url(book, request.user),
    }
    return render(request, "books/book.html", context)


@require_safe
@page("recordings.see_books")
def export(request: PersonRequest, book: str) -> StreamingHttpResponse:
    """The whole book as asked for, as CSV that Indonesian spreadsheets open by a double click."""
    chosen = BOOKS[book]
    form = chosen.form(request.GET)
    note_reading(book=book, asked=form.asked(), exported=True, by=request.user)
    name = f"{chosen.title} {now().astimezone(WIB):%Y-%m-%d}.csv".replace(" ", "-").lower()
    return StreamingHttpResponse(
        _csv(chosen, form),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _shown(book: Book, rows: list[Row], total: int, form: BookFilter) -> dict[str, Any]:
    address, query, said = reverse(f"books:{book.key}_csv"), urlencode(form.asked()), form.said()
    shown = _("Yang ditampilkan: %s.") % said if said else ""
    return {
        "title": book.title,
        "number": book.number,
        "intro": _("%(intro)s Buku %(number)d dari 5 menurut SOP. %(shown)s")
        % {"intro": book.intro, "number": book.number, "shown": shown},
        "columns": book.columns,
        "rows": rows,
        "total": total,
        "csv_url": f"{address}?{query}" if query else address,
    }


def _signers(reader: User) -> list[dict[str, str]]:
    """Room for two signatures in print; an officer's own name stands there already."""
    officer = reader if reader.role == Role.OFFICER else None
    return [
        {"place": _("Mengetahui,"), "title": _("Kepala BKPSDM"), "name": _DOTS, "nip": ""},
        {
            "place": _("Yogyakarta, %s") % words.date(now()),
            "title": _("Petugas CCTV"),
            "name": officer.name if officer else _DOTS,
            "nip": officer.nip if officer else "",
        },
    ]


def _note_url(book: str, reader: User) -> str:
    """Where an officer writes a new line of this book by hand; empty for any other."""
    kinds = {"faults": "FAULT", "force_majeure": "FORCE_MAJEURE"}
    if book not in kinds or not reader.has_perm("devices.report_incident"):
        return ""
    return f"{reverse('incidents:open')}?jenis={kinds[book]}"


class _Line(io.StringIO):
    """What csv.writer writes one line to, again and again."""

    def take(self) -> str:
        text = self.getvalue()
        self.seek(0)
        self.truncate()
        return text


def _csv(book: Book, form: BookFilter) -> Iterator[str]:
    """With a mark for UTF-8, and semicolons: the comma is the decimal sign here."""
    line = _Line(newline="")
    writer = csv.writer(line, delimiter=";")
    yield "\ufeff"
    for cells in _cells(book, form):
        writer.writerow([guarded(cell) for cell in cells])
        yield line.take()


def _cells(book: Book, form: BookFilter) -> Iterator[Iterable[str]]:
    yield [str(column) for column in book.columns]
    rows = book.rows_of(form)
    start = 0
    while batch := book.lines(rows[start : start + _BATCH], form):
        yield from ([cell.plain for cell in row] for row in batch)
        start += _BATCH


def guarded(value: str) -> str:
    """A text that no spreadsheet takes for a formula: such a beginning gets an apostrophe."""
    return f"'{value}" if value.startswith(_FORMULA) else value
