from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from django.test import RequestFactory


class Question(forms.Form):
    purpose = forms.ChoiceField(
        choices=[("a", "Asesmen"), ("s", "Keamanan")],
        widget=forms.RadioSelect,
        label="Tujuan",
        help_text="Menentukan apakah sumber dihapus.",
    )
    letter = forms.FileField(label="Surat", required=False)


def render(component: str, **context: object) -> str:
    return " ".join(render_to_string(f"components/{component}.html", context).split())


def test_errors_title_counts_the_answers() -> None:
    assert "Ada isian yang perlu diperbaiki" in render("errors", form=Question({}))
    two = SimpleNamespace(word="", css="", icon="")
    assert "Ada" not in render("errors", form=two)


def test_errors_say_the_sentence_of_the_field_and_link_to_it() -> None:
    form = Question({})
    summary, field = render("errors", form=form), render("form", form=form, button="Kirim")
    assert '<a href="#id_purpose_0">“Tujuan” belum diisi.</a>' in summary
    assert 'id="id_purpose_error"> <p>“Tujuan” belum diisi.</p>' in field
    assert 'id="id_purpose_0"' in field


def test_form_of_a_group_is_a_fieldset_with_choices() -> None:
    html = render("form", form=Question(), button="Kirim permohonan")
    assert "<legend>Tujuan </legend>" in html
    assert html.count('<label class="cp-choice"') == 2
    assert 'aria-describedby="id_purpose_helptext"' in html
    assert '<button class="btn btn-primary" type="submit">Kirim permohonan</button>' in html


def test_form_with_a_file_can_send_it() -> None:
    html = render("form", form=Question(), button="Kirim")
    assert 'enctype="multipart/form-data"' in html
    assert 'Surat <span class="cp-optional"> (boleh kosong)</span>' in html


def test_summary_change_link_says_what_it_changes() -> None:
    html = render("summary", rows=[{"label": "Kamera", "lines": ["Lobi"], "change_url": "/k/"}])
    assert "<li>Lobi</li>" in html
    assert '<a href="/k/">Ubah<span class="visually-hidden"> kamera</span></a>' in html


def test_steps_mark_the_one_that_is_now() -> None:
    html = render(
        "steps",
        steps=[
            {"title": "Diajukan", "state": "done", "late": True, "over": "lewat 4 menit"},
            {"title": "Diputuskan", "state": "now", "ball": "Sekarang giliran Anda"},
            {"title": "Diserahkan", "state": "todo"},
        ],
    )
    assert re.findall(r'<li class="([^"]+)"', html) == ["is-done is-late", "is-now ", "is-todo "]
    assert html.count('aria-current="step"') == 1
    assert '<span class="is-over">lewat 4 menit</span>' in html


@pytest.mark.parametrize(("percent", "said"), [(62, 'value="62"'), (0, 'value="0"')])
def test_job_under_way_polls_and_offers_reload(percent: int, said: str) -> None:
    job = {"title": "Menyalin", "percent": percent, "active": True, "url": "/k/"}
    html = render("job", job=job)
    assert said in html
    assert 'hx-get="/k/"' in html
    assert "Muat ulang" in html


def test_job_at_its_end_polls_no_more() -> None:
    html = render(
        "job", job={"title": "Aman dicabut", "percent": 100, "active": False, "url": "/k/"}
    )
    assert "hx-get" not in html
    assert "<progress" not in html


def test_job_of_unknown_length_shows_no_figure() -> None:
    assert "value=" not in render("job", job={"title": "x", "percent": None, "active": True})


def test_book_shows_cells_and_total(rf: RequestFactory) -> None:
    late = SimpleNamespace(word="Lewat 40 menit", css="stop", icon="warning")
    rows = [["41", {"text": "Pemohon Contoh", "small": "asesor"}, {"state": late}, None]]
    book = {"title": "Buku catatan akses", "columns": ["No."], "rows": rows, "total": 1284}
    html = render("book", book=book, request=rf.get("/"))
    assert "1.284 catatan" in html
    assert "Pemohon Contoh <small>asesor</small>" in html
    assert "cp-status--stop" in html
    assert "None" not in html


def test_book_without_rows_says_what_to_do() -> None:
    html = render("book", book={"title": "Buku", "columns": [], "rows": [], "total": 0})
    assert "Belum ada catatan pada rentang ini." in html
    assert "<table" not in html


def test_pages_keep_the_filter() -> None:
    html = render("pages", page=Paginator(range(30), 10).page(2), query="q=a&jenis=b")
    assert 'href="?q=a&amp;jenis=b&amp;page=1"' in html
    assert 'href="?q=a&amp;jenis=b&amp;page=3"' in html


def test_notice_escapes_what_it_is_given() -> None:
    assert "&lt;script&gt;" in render("notice", text="<script>")


def test_paper_says_what_the_seal_is_not() -> None:
    html = render("paper", paper={"title": "Berita Acara", "rows": []})
    assert "Segel sistem, bukan tanda tangan elektronik tersertifikasi." in html
