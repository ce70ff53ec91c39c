from __future__ import annotations

import json
import re
import struct
from dataclasses import replace

import pytest
import typst

from cctvportal.common.clock import now
from requests_app.models import AccessRequest
from requests_app.papers.compose import compose
from requests_app.papers.kinds import PaperKind
from requests_app.papers.parts import Section
from requests_app.papers.setting import TEMPLATES, pdf, pictures
from tests.factories import books
from tests.factories import requests_app as make

pytestmark = pytest.mark.django_db

# What typst would run, style, link, or refuse, if a value were ever taken for markup.
NASTY = '#panic("x") $ x^2 $ [*bold*] _em_ `raw` <label> @ref \\ // = Judul " # ] } { $'


@pytest.fixture
def row() -> AccessRequest:
    return books.erased()


@pytest.mark.parametrize("kind", PaperKind)
def test_every_paper_is_a_pdf_of_one_or_two_pages(kind: PaperKind, row: AccessRequest) -> None:
    made = pdf(compose(kind, row))
    assert made.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", made)) <= 2
    assert 1 <= len(pictures(compose(kind, row))) <= 2


def test_page_is_a4(row: AccessRequest) -> None:
    picture = pictures(compose(PaperKind.PERMIT, row), ppi=72)[0]
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    assert (width, height) == (595, 842)


def test_what_people_wrote_is_set_as_text_and_never_as_markup() -> None:
    row = make.approved(make.submitted(activity=NASTY, legal_basis=NASTY))
    row.applicant.name, row.applicant.jabatan = NASTY, NASTY
    paper = compose(PaperKind.PERMIT, row)
    assert pdf(paper).startswith(b"%PDF-")
    assert headings(paper.data()) == headings(replace(paper, opening=NASTY).data())


def headings(data: object) -> list[str]:
    """Typst's own view of the document: values that became markup would add headings."""
    found = typst.query(
        TEMPLATES / "paper.typ",
        "heading",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )
    return [json.dumps(one["body"]) for one in json.loads(found)]


def test_text_of_a_value_is_in_the_document_letter_for_letter() -> None:
    paper = compose(PaperKind.PERMIT, make.approved())
    titled = replace(paper, sections=(*paper.sections, Section(NASTY, points=(NASTY,))))
    assert json.dumps({"func": "text", "text": NASTY}) in headings(titled.data())


def test_setting_is_quick_enough_for_a_page(row: AccessRequest) -> None:
    paper = compose(PaperKind.HAND_OVER, row)
    pdf(paper)
    begun = now()
    pdf(paper)
    assert (now() - begun).total_seconds() < 2
