"""Errors that are sentences for the person at the page."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is an answer to the user, not a fault
    """What was asked cannot be done; `message` says in Indonesian what to do instead.

    `field` names the form field that the sentence belongs to, empty for the whole form.
    """

    status = 400

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(Refused):
    """Somebody else was first; the sentence tells who and when. Answered with HTTP 409."""

    status = 409


class TooMany(Refused):
    """Too many tries; the sentence says how long to wait. Answered with HTTP 429."""

    status = 429

    def __init__(self, message: str, *, wait_seconds: int) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
