"""What the holder of a room key still has to do or to say."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cctvportal.common import words
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, KeyHandout

# While the access lasts, the key may stay out.
_LASTS = frozenset({RequestState.ISSUED})


@dataclass(frozen=True, slots=True)
class KeyDuty:
    """One key: a sentence, and the words of the button where the portal waits for an answer."""

    handout: int
    text: str
    action: str = ""


def key_duties(request: AccessRequest) -> list[KeyDuty]:
    """What the applicant of `request` has still to do about its keys, in the order of hand-out."""
    return [duty for row in request.handouts.all() if (duty := _duty(row, request))]


def _duty(row: KeyHandout, request: AccessRequest) -> KeyDuty | None:
    label = {"key": row.key.label, "due": words.date_time(row.due_at)}
    back = _("Kembalikan kunci %(key)s paling lambat %(due)s.") % label
    if row.returned_at is not None:
        if row.return_confirmed_at is not None:
            return None
        said = _("Petugas mencatat kunci %(key)s sudah kembali.") % label
        return KeyDuty(row.pk, said, _("Pastikan kunci %(key)s kembali") % label)
    if row.received_confirmed_at is None:
        received = _("Pastikan menerima kunci %(key)s") % label
        return KeyDuty(row.pk, back, received)
    return None if request.status in _LASTS else KeyDuty(row.pk, back)
