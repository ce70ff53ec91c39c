"""The room key goes out and comes back; each way is confirmed by both persons (SOP step 3)."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from devices.models import RoomKey
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, KeyHandout
from requests_app.services.advance import expect, locked


@service("requests_app.hand_key")
def hand_key(request: AccessRequest, *, key: RoomKey, by: User) -> KeyHandout:
    """The officer gives a room key to the applicant, until the access runs out.

    Raises Refused when no room was asked for, Conflict with the holder when the key is out.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.ISSUED)
        if not row.wants_room or key.retired:
            raise Refused(_("Permohonan ini tidak meminta kunci, atau kunci tidak dipakai lagi."))
        # The key's own row, so that two officers at one key meet here.
        RoomKey.objects.select_for_update().get(pk=key.pk)
        _refuse_if_out(key)
        live = row.issuances.filter(revoked_at=None).first()
        moment = now()
        until = moment + timedelta(hours=settings.ISSUANCE_HOURS)
        handout = KeyHandout.objects.create(
            request=row,
            key=key,
            handed_by=by,
            handed_at=moment,
            due_at=live.expires_at if live else until,
        )
        record("key.handed", by=by, subject=row, facts={"key": key.pk, "handout": handout.pk})
    return handout


def _refuse_if_out(key: RoomKey) -> None:
    out = KeyHandout.objects.select_related("request__applicant").filter(key=key, returned_at=None)
    if holder := out.first():
        raise Conflict(
            _("Kunci %(key)s sedang dipegang %(who)s sejak %(when)s.")
            % {
                "key": key.label,
                "who": holder.request.applicant.name,
                "when": words.date_time(holder.handed_at),
            }
        )


@service("requests_app.hold_key")
def confirm_key_received(handout: KeyHandout, *, by: User) -> KeyHandout:
    """The applicant confirms having the key. Raises Refused when that is said already."""
    with transaction.atomic():
        row = KeyHandout.objects.select_for_update().get(pk=handout.pk)
        if row.received_confirmed_at is not None:
            raise Refused(_("Anda sudah memastikan menerima kunci ini."))
        row.received_confirmed_at = now()
        row.save(update_fields=["received_confirmed_at"])
        record("key.received", by=by, subject=row.request, facts={"handout": row.pk})
    return row


@service("requests_app.take_key")
def take_key_back(handout: KeyHandout, *, by: User) -> KeyHandout:
    """The officer has the key again. Raises Conflict when a colleague took it already."""
    with transaction.atomic():
        row = KeyHandout.objects.select_for_update().get(pk=handout.pk)
        if row.returned_at is not None and row.returned_to is not None:
            raise Conflict(
                _("Kunci ini sudah diterima %(who)s pada %(when)s.")
                % {"who": row.returned_to.name, "when": words.date_time(row.returned_at)}
            )
        row.returned_at, row.returned_to = now(), by
        row.save(update_fields=["returned_at", "returned_to"])
        record("key.returned", by=by, subject=row.request, facts={"handout": row.pk})
    return row


@service("requests_app.hold_key")
def confirm_key_returned(handout: KeyHandout, *, by: User) -> KeyHandout:
    """The applicant confirms having given the key back, after the officer said so. Or Refused."""
    with transaction.atomic():
        row = KeyHandout.objects.select_for_update().get(pk=handout.pk)
        if row.returned_at is None:
            raise Refused(_("Petugas belum mencatat kunci ini kembali."))
        if row.return_confirmed_at is not None:
            raise Refused(_("Anda sudah memastikan mengembalikan kunci ini."))
        row.return_confirmed_at = now()
        row.save(update_fields=["return_confirmed_at"])
        record("key.return_confirmed", by=by, subject=row.request, facts={"handout": row.pk})
    return row
