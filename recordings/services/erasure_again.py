from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.errors import Conflict
from cctvportal.jobs.services import retry
from recordings.enums import ErasureState
from recordings.models import Erasure


@service("recordings.request_erasure")
def retry_erasure(erasure: Erasure, *, by: User) -> None:
    """Lets an erasure that both persons wanted and whose job gave up go on where it stands.

    Nothing is decided anew: what is destroyed stays destroyed, and holds still keep their part.
    Raises Refused while its job waits or runs, Conflict when there is nothing to go on with.
    """
    with transaction.atomic():
        locked = Erasure.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
        if locked.job is None or locked.state not in {
            ErasureState.CONFIRMED,
            ErasureState.RUNNING,
        }:
            raise Conflict(_("Pemusnahan ini sudah selesai, dibatalkan, atau belum disetujui."))
        retry(locked.job)
        record("erasure.retried", by=by, subject=locked, facts={"number": locked.export.number})
