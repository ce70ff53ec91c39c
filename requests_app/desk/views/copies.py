"""A cancelled export's copy on a disk that did not come back: it is here again, or it is lost."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cctvportal.accounts.access import PersonRequest, page
from recordings.services import wiping
from requests_app.desk import progress
from requests_app.desk.forms.export import LostForm
from requests_app.desk.frame import Press, attempt, bound, elsewhere_copy, shown, told
from requests_app.selectors.exports import export_for, is_lost

_LOST: Final = gettext_lazy(
    "Salinan di dalamnya terkunci dengan sandi yang sudah dimusnahkan, tetapi tidak dapat dihapus. "
    "Pernyataan ini tidak dapat diubah dan masuk buku kendala."
)


@page("recordings.export")
def left_copy(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The question; the button says that the disk is back, and the wipe goes on at once."""
    export = export_for(request.user, pk)
    if turned := elsewhere_copy(request, export):
        return turned
    form = bound(Press, request)

    def act(_sent: Press) -> HttpResponse:
        wiping.try_now(export, by=request.user)
        sentence = _("Salinan sedang dihapus dari hard disk. Biarkan terpasang.")
        return told(request, sentence, "export", export.pk)

    return attempt(form, act) or shown(
        request,
        "copy",
        here=_("Hard disk belum kembali"),
        row=export.fulfilment.request,
        export=export,
        form=form,
        since=export.wipe_job.created_at if export.wipe_job else None,
        why=progress.left_over(export),
        lost=export.lost_copy if is_lost(export) else None,
    )


@page("recordings.export")
def lost_copy(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The statement: with it the copy stays where it is, and the books say so."""
    export = export_for(request.user, pk)
    if turned := elsewhere_copy(request, export):
        return turned
    form = bound(LostForm, request)

    def act(sent: LostForm) -> HttpResponse:
        wiping.give_up(export, statement=sent.cleaned_data["statement"], by=request.user)
        sentence = _("Hard disk %s dicatat hilang di buku kendala.") % export.medium.label
        return told(request, sentence, "export", export.pk)

    return attempt(form, act) or shown(
        request,
        "act",
        here=_("Hard disk hilang"),
        row=export.fulfilment.request,
        title=_("Hard disk %s hilang?") % export.medium.label,
        warning=_LOST,
        form=form,
        danger=True,
        button=_("Catat hard disk hilang"),
    )
