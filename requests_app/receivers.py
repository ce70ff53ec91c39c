"""News from recordings moves requests on; each inside the transaction that tells it."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.errors import Conflict
from cctvportal.jobs.registry import JobFailed
from recordings.models import Erasure, Export
from recordings.signals import export_settling, export_verified, source_erased
from requests_app.models import AccessRequest
from requests_app.services.erase import mark_erased
from requests_app.services.hand_over import mark_exported


@receiver(export_settling, dispatch_uid="requests_app.export_settling")
def settling(export: Export, **_kwargs: Any) -> None:
    """Locks the request before the job, as whoever revokes it does: neither waits for the other."""
    rows = AccessRequest.objects.filter(fulfilments__export=export)
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


@receiver(export_verified, dispatch_uid="requests_app.export_verified")
def exported(export: Export, **_kwargs: Any) -> None:
    """Undoes the verification when the request has ended meanwhile: nothing may leave then."""
    request = AccessRequest.objects.filter(fulfilments__export=export).first()
    if request is None:
        return
    try:
        mark_exported(request, export=export, by=SYSTEM)
    except Conflict as late:
        sentence = _("Izin permohonan ini sudah tidak berlaku. %s") % late.message
        raise JobFailed(sentence, permanent=True) from late


@receiver(source_erased, dispatch_uid="requests_app.source_erased")
def erased(erasure: Erasure, **_kwargs: Any) -> None:
    request = AccessRequest.objects.filter(source_erasures__erasure=erasure).first()
    if request is not None:
        mark_erased(request, erasure=erasure, by=SYSTEM)
