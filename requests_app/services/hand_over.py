"""The disk is recorded and handed over (SOP steps 4 and 5)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import System, service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from recordings.enums import ExportState, Purpose
from recordings.models import Export
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, HandOver
from requests_app.services.advance import advance, expect, locked


@service("requests_app.run")
def mark_exported(request: AccessRequest, *, export: Export, by: System) -> AccessRequest:
    """The package was read back and verified: the request stands at the hand-over."""
    return advance(request, RequestState.EXPORTED, by=by, facts={"export": str(export.pk)})


STATEMENT = (
    "Saya menerima hard disk berisi rekaman ini, menjamin kerahasiaan dan keamanannya, memakainya "
    "hanya untuk kegiatan yang saya ajukan, dan tidak menyebarkannya."
)


@service("requests_app.hand_over")
def hand_over(request: AccessRequest, *, by: User) -> HandOver:
    """The officer gives the disk; the applicant's own confirmation completes it.

    Raises Refused while an oral request is not confirmed or nobody has seen the passphrase of the
    package, Conflict when another officer did it.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.EXPORTED)
        if row.needs_confirmation:
            raise Refused(
                _("Pemohon belum memastikan permohonan ini. Minta pemohon masuk dan memastikan.")
            )
        if hasattr(row, "hand_over"):
            raise Refused(_("Serah terima sudah dicatat. Tunggu pemohon memastikan."))
        export = Export.objects.get(fulfilment__request=row, state=ExportState.VERIFIED)
        if export.passphrase_sealed and export.passphrase_shown_at is None:
            raise Refused(
                _("Tampilkan dahulu sandi paket untuk sampulnya, lalu catat serah terimanya.")
            )
        paper = HandOver.objects.create(
            request=row, export=export, handed_by=by, handed_at=now(), statement=STATEMENT
        )
        record("request.handed", by=by, subject=row, facts={"export": str(export.pk)})
    return paper


@service("requests_app.receive")
def receive(request: AccessRequest, *, agrees: bool, by: User) -> AccessRequest:
    """The applicant has the disk and signs the pernyataan kerahasiaan; security ends here.

    Raises Refused without the statement or before the officer handed it over.
    """
    if not agrees:
        raise Refused(_("Centang pernyataan kerahasiaan untuk menerima hard disk."), "agrees")
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.EXPORTED)
        paper = HandOver.objects.select_for_update().filter(request=row).first()
        if paper is None:
            raise Refused(_("Petugas belum mencatat serah terima hard disk."))
        if paper.export.passphrase_sealed and paper.export.passphrase_shown_at is None:
            # It is destroyed when the request closes: then nobody could open the disk.
            raise Refused(_("Minta dahulu sandi paket kepada Petugas CCTV, lalu pastikan."))
        paper.received_at = now()
        paper.save(update_fields=["received_at"])
        row = advance(row, RequestState.HANDED_OVER, by=by, facts={"hand_over": paper.pk})
        if row.purpose == Purpose.SECURITY:
            row = advance(row, RequestState.CLOSED, by=by)
    return row
