"""What can go wrong with stored video, as one family of errors."""

from __future__ import annotations

import traceback


class MediaError(Exception):
    """Stored video or its keys cannot be used; the text names no key and no folder."""


class KeyMissing(MediaError):  # noqa: N818 - named for what happened
    """The keystore holds no readable key for this segment: destroyed, or never given out."""


class KeyReused(MediaError):  # noqa: N818 - named for what happened
    """A segment asked for a key twice, or a key was offered for two segments."""


class KeystoreDamaged(MediaError):  # noqa: N818 - named for what happened
    """The keystore's own files contradict each other; a person has to look."""


class HashMismatch(MediaError):  # noqa: N818 - named for what happened
    """The bytes on disk are not the bytes that were recorded."""


class FrameMismatch(MediaError):  # noqa: N818 - named for what happened
    """The right bytes gave another number of frames than were recorded, or none."""


class ParametersChanged(MediaError):  # noqa: N818 - named for what happened
    """The camera changed its parameter sets; what follows belongs in a new file."""


class NothingInRange(MediaError):  # noqa: N818 - named for what happened
    """No frame lies in the range asked for."""


class Cancelled(MediaError):  # noqa: N818 - named for what happened
    """The caller's cancel check said stop."""


def place_of(error: Exception) -> str:
    """Kind and place of an error, for the log: its text and its values may show a key."""
    found = traceback.extract_tb(error.__traceback__)
    where = f" at {found[-1].name}:{found[-1].lineno}" if found else ""
    return f"{type(error).__name__}{where}"
