from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common import throttle, words
from cctvportal.common.clock import now
from cctvportal.common.errors import Refused
from recordings.package import passphrase
from recordings.package.errors import PackageError
from requests_app.enums import RequestState
from requests_app.lifecycle import FINAL
from requests_app.models import AccessRequest, Issuance

_SCOPE = "room"


@service("requests_app.unlock_room")
def unlock_room(request: AccessRequest, *, typed: str, by: User) -> Issuance:
    """Opens the checking room of this request with its passphrase (SOP step 3).

    The caller keeps the issuance's id; selectors.room asks again before every picture. Raises
    Refused with a sentence of its own for expired, withdrawn, not yet given and wrong, and TooMany
    while too many wrong tries make one wait.
    """
    who = f"{request.pk}:{by.pk}"
    throttle.check(_SCOPE, who)
    issuance = _latest(request)
    if not _fits(typed, issuance):
        throttle.failed(_SCOPE, who)
        with transaction.atomic():
            record("room.refused", by=by, subject=request, facts={"issuance": issuance.pk})
        raise Refused(
            _("Sandi tidak cocok. Periksa tiap kelompok empat huruf, lalu coba lagi."), "passphrase"
        )
    throttle.succeeded(_SCOPE, who)
    with transaction.atomic():
        Issuance.objects.filter(pk=issuance.pk, first_used_at=None).update(first_used_at=now())
        record("room.opened", by=by, subject=request, facts={"issuance": issuance.pk})
    return issuance


def _latest(request: AccessRequest) -> Issuance:
    """The newest issuance, if it still opens. Raises Refused with why it does not."""
    row = AccessRequest.objects.get(pk=request.pk)
    issuance = row.issuances.order_by("-pk").first()
    if issuance is None:
        raise Refused(_("Sandi belum diberikan. Tunggu Petugas CCTV menyerahkannya."))
    if issuance.expires_at <= now():
        raise Refused(
            _("Sandi berakhir pada %(when)s. Minta sandi baru kepada Petugas CCTV.")
            % {"when": words.date_time(issuance.expires_at)}
        )
    if issuance.revoked_at is not None or row.status in FINAL:
        raise Refused(_("Sandi ini sudah dicabut. Hubungi Petugas CCTV."))
    if row.status not in {RequestState.ISSUED, RequestState.EXPORTED}:
        raise Refused(_("Rekaman permohonan ini sudah diserahkan. Ruang periksa sudah ditutup."))
    return issuance


def _fits(typed: str, issuance: Issuance) -> bool:
    try:
        shown = passphrase.normalise(typed)
    except PackageError:
        return False
    return check_password(shown, issuance.passphrase_hash)
