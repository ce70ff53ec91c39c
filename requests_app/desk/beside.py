"""Tasks that are no step of a request: a disk that did not come back, a hold to look at again."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.accounts.models import User
from cctvportal.common import words
from cctvportal.common.clock import now
from recordings.models import Export, HoldOrder
from requests_app.desk.actions import Action
from requests_app.desk.line import Badge, Line
from requests_app.selectors.exports import disks_to_ask_about
from requests_app.selectors.holds import is_urgent, to_release, to_review


def beside(user: User) -> Iterator[Line]:
    """The officer's own tasks of this kind."""
    yield from (_disk(export) for export in disks_to_ask_about())
    asked = list(to_release(user))
    yield from (_release(order) for order in asked)
    known = {order.pk for order in asked}
    yield from (_review(order) for order in to_review(user) if order.pk not in known)


def count(user: User) -> int:
    """How many there are: part of the figure in the menu."""
    orders = {order.pk for order in (*to_release(user), *to_review(user))}
    return len(disks_to_ask_about()) + len(orders)


def _disk(export: Export) -> Line:
    assert export.wipe_job is not None  # noqa: S101 - the selector asks for it
    since = export.wipe_job.created_at
    label = export.medium.label
    url = reverse("admin:export_copy", args=[export.pk])
    what = _("hard disk %s belum kembali") % label
    return Line(
        title=_("Hard disk %s belum kembali") % label,
        row=export.fulfilment.request,
        due=words.date(since),
        badge=Badge(_("Sejak %s") % words.duration(now() - since, parts=1), "stop", "disk"),
        action=Action(url, _("Jawab"), what, "disk"),
        mine=True,
        late=(now() - since).total_seconds() > 2 * settings.WIPE_ASK_SECONDS,
    )


def _review(order: HoldOrder) -> Line:
    what = _("meninjau lagi penahanan rekaman")
    urgent = is_urgent(order)
    left = words.duration(order.until - now(), parts=1)
    return Line(
        title=_("Tinjau lagi penahanan rekaman"),
        row=None,
        due=words.date(order.until),
        badge=Badge(
            _("Berakhir %s lagi") % left,
            "stop" if urgent else "wait",
            "warning" if urgent else "clock",
        ),
        action=Action(reverse("holds:detail", args=[order.pk]), _("Tinjau"), what, "lock"),
        mine=True,
        late=False,
        about=order.title,
    )


def _release(order: HoldOrder) -> Line:
    what = _("menjawab permintaan melepas penahanan")
    return Line(
        title=_("Jawab permintaan melepas penahanan"),
        row=None,
        due="",
        badge=Badge(_("Giliran Anda"), "wait", "hourglass"),
        action=Action(reverse("holds:agree", args=[order.pk]), _("Jawab"), what, "people"),
        mine=True,
        late=False,
        about=order.title,
    )
