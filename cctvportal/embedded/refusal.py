"""Why something cannot start, in the two languages of those who may read it."""

from __future__ import annotations


class CannotStart(Exception):  # noqa: N818 - names what happened, like Refused
    """One sentence in Indonesian, the same in English, each saying what to do."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(f"{indonesian}\n{english}")
