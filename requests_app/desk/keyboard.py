"""The board of room keys: which hang in the cabinet, which are out, with whom, until when."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from cctvportal.common import words
from cctvportal.common.clock import now
from devices.models import RoomKey
from requests_app.desk.line import Badge
from requests_app.models import KeyHandout


@dataclass(frozen=True, slots=True)
class Hook:
    """One key. `out` is its open hand-out; `css` is the look of the board's component."""

    key: RoomKey
    out: KeyHandout | None
    css: str
    badge: Badge
    text: str


def hooks() -> list[Hook]:
    """Every key in use, by its label."""
    people = KeyHandout.objects.select_related("request__applicant", "returned_to")
    keys = RoomKey.objects.filter(retired=False).select_related("room")
    board = keys.prefetch_related(Prefetch("handouts", queryset=people.order_by("-handed_at")))
    return [_hook(key) for key in board]


def _hook(key: RoomKey) -> Hook:
    latest = next(iter(key.handouts.all()), None)
    if latest is None or latest.returned_at is not None:
        badge = Badge(_("Di lemari kunci"), "done", "check-circle")
        return Hook(key, None, "is-in", badge, _back(latest))
    who = latest.request.applicant.name
    facts = {"who": who, "since": words.time(latest.handed_at), "due": words.time(latest.due_at)}
    if latest.due_at < now():
        late = words.duration(now() - latest.due_at, parts=1)
        text = _("%(who)s, sejak %(since)s. Seharusnya kembali %(due)s.") % facts
        return Hook(key, latest, "is-late", Badge(_("Lewat %s") % late, "stop", "warning"), text)
    text = _("%(who)s, sejak %(since)s. Kembali paling lambat %(due)s.") % facts
    return Hook(key, latest, "is-out", Badge(_("Dipegang"), "go", "person"), text)


def _back(latest: KeyHandout | None) -> str:
    if latest is None or latest.returned_at is None:
        return _("Belum pernah keluar.")
    return _("Kembali %(day)s, %(hour)s.") % {
        "day": words.date(latest.returned_at),
        "hour": words.time(latest.returned_at),
    }
