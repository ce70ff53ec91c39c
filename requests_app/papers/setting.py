"""Sets a paper with typst. The fonts are those inside its wheel, so every machine sets the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, Literal

from requests_app.papers.parts import Paper

TEMPLATES: Final = Path(__file__).parent / "templates"


def pdf(paper: Paper) -> bytes:
    """The paper as PDF/A-2b, for an archive."""
    return b"".join(_compiled(paper, "pdf"))


def pictures(paper: Paper, *, ppi: int = 96) -> list[bytes]:
    """Each page as PNG."""
    return _compiled(paper, "png", ppi)


def _compiled(paper: Paper, form: Literal["pdf", "png"], ppi: int = 96) -> list[bytes]:
    import typst  # noqa: PLC0415 - 81 MB that only a process which sets papers should map

    made: bytes | list[bytes] = typst.compile(
        TEMPLATES / "paper.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        format=form,
        ppi=ppi,
        pdf_standards="a-2b" if form == "pdf" else None,
        sys_inputs={"data": json.dumps(paper.data(), ensure_ascii=False)},
    )
    return made if isinstance(made, list) else [made]
