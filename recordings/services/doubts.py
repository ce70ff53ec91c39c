"""Whether clock and database can be trusted with what cannot be taken back."""

from __future__ import annotations

from recordings.services import clockguard, restored


def standing() -> str:
    """The sentence of a doubt, else empty. Writes nothing, and does not wait for the gate's look.

    The gate looks each quarter of an hour; a hold that a wrong clock ends is lost within a minute.
    """
    return clockguard.look() or restored.doubt()
