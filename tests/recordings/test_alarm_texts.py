from __future__ import annotations

import re
from pathlib import Path

import pytest

from recordings.alarm_guide import GUIDE
from recordings.alarm_texts import TEXTS, acted_on_by, anchor, what
from recordings.enums import AlarmKind

DOCS = Path(__file__).parents[2] / "docs" / "troubleshoot.md"
KINDS = pytest.mark.parametrize("kind", AlarmKind)


def headings() -> set[str]:
    """The anchors that a reader of Markdown makes of the headings."""
    found = re.findall(r"^#+ (.+)$", DOCS.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in found}


@KINDS
def test_every_kind_says_what_happened_and_what_to_do(kind: AlarmKind) -> None:
    for sentence in (what(kind, {}, "Lobi timur"), str(TEXTS[kind].do)):
        assert sentence.endswith(".")
        assert "%" not in sentence
        assert len(sentence) < 110
    assert TEXTS[kind].acts, "somebody can do something about it"


@KINDS
def test_every_kind_has_steps_and_a_heading_in_the_document(kind: AlarmKind) -> None:
    entry = GUIDE[kind]
    assert entry.steps
    for sentence in (entry.means, *entry.steps, entry.call):
        assert str(sentence)[-1] in ".?"
    assert anchor(kind) in headings()


def test_facts_are_said_as_a_reader_says_them() -> None:
    facts = {"now_bytes": 400_000_000, "usual_bytes": 1_200_000_000}
    said = what(AlarmKind.RATE_UNUSUAL, facts, "Lobi timur")
    assert said.replace("\u00a0", " ") == "Lobi timur merekam 400 MB per jam, biasanya 1,2 GB."
    late = what(AlarmKind.LATE_EXPIRY, {"late_seconds": 2 * 3600}, "")
    assert "2 jam" in late
    silent = what(AlarmKind.SILENT_CAMERA, {"since_at": "2026-11-24T03:00:00+00:00"}, "Lobi")
    assert "24 Nov, 10.00\u00a0WIB" in silent


def test_a_detail_follows_as_a_sentence_of_its_own() -> None:
    said = what(AlarmKind.PURGE_STOPPED, {"detail": "Jam komputer melompat."}, "")
    assert said.endswith("pemeriksaan. Jam komputer melompat.")


def test_nobody_is_asked_to_do_what_they_may_not() -> None:
    assert acted_on_by("AUDITOR") == []
    assert acted_on_by("APPLICANT") == []
    assert AlarmKind.PURGE_STOPPED in acted_on_by("APPROVER")
