"""Kendala rekaman and keadaan kahar, as people report them (SOP, Pencatatan 2 and 5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import words
from cctvportal.common.clock import now
from cctvportal.common.errors import Conflict, Refused
from devices.enums import IncidentCause, IncidentKind
from devices.models import Camera, Incident
from devices.signals import incident_closed, incident_opened


@service("devices.report_incident")
def open_incident(
    *,
    kind: IncidentKind,
    cause: IncidentCause,
    started_at: datetime,
    description: str,
    cameras: Collection[Camera] = (),
    by: User,
) -> Incident:
    """Writes down what happened, since `started_at` (aware, not ahead). No cameras means all.

    A keadaan kahar stops the SOP clock of the requests that it touches until it is closed. Raises
    Refused with the field.
    """
    if started_at > now():
        raise Refused(_("Waktu mulai belum lewat. Periksa tanggal dan jamnya."), "started_at")
    if not description.strip():
        raise Refused(_("Tulis yang terjadi, misalnya: listrik padam satu gedung."), "description")
    with transaction.atomic():
        incident = Incident.objects.create(
            kind=kind,
            cause=cause,
            started_at=started_at,
            description=description.strip(),
            reported_by=by,
        )
        incident.cameras.set(cameras)
        record(
            "incident.opened",
            by=by,
            subject=incident,
            facts={
                "kind": kind,
                "cause": cause,
                "cameras": sorted(camera.pk for camera in cameras),
                "started": started_at.isoformat(),
            },
        )
        incident_opened.send(sender=Incident, incident=incident, by=by)
    return incident


@service("devices.report_incident")
def close_incident(
    incident: Incident, *, ended_at: datetime, action_taken: str, by: User
) -> Incident:
    """Writes down when it was over (aware, after its start, not ahead) and what was done.

    Raises Refused with the field, Conflict when a colleague closed it before.
    """
    if not action_taken.strip():
        raise Refused(_("Tulis yang dilakukan, misalnya: kabel diganti."), "action_taken")
    with transaction.atomic():
        row = Incident.objects.select_for_update().get(pk=incident.pk)
        if row.ended_at is not None:
            raise Conflict(
                _("Catatan ini sudah ditutup, selesai %(when)s. Tidak ada yang berubah.")
                % {"when": words.date_time(row.ended_at)}
            )
        if ended_at <= row.started_at:
            raise Refused(
                _("Selesai harus sesudah mulai, yaitu sesudah %(when)s.")
                % {"when": words.date_time(row.started_at)},
                "ended_at",
            )
        if ended_at > now():
            raise Refused(_("Waktu selesai belum lewat. Periksa tanggal dan jamnya."), "ended_at")
        row.ended_at, row.action_taken = ended_at, action_taken.strip()
        row.save(update_fields=["ended_at", "action_taken"])
        facts = {"kind": row.kind, "ended": ended_at.isoformat()}
        record("incident.closed", by=by, subject=row, facts=facts)
        incident_closed.send(sender=Incident, incident=row, by=by)
    return row
