"""Taking a cancelled export's copy off its disk again, whatever name it has there by now."""

from __future__ import annotations

import logging
from typing import Final

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import now
from cctvportal.jobs.lease import Lease
from cctvportal.jobs.registry import JobWaits
from recordings.enums import ExportState
from recordings.models import Export
from recordings.package import bag
from recordings.package.bag import PackageFacts
from recordings.package.errors import PackageError
from recordings.services import disks

log = logging.getLogger(__name__)
_AGAIN: Final = 30.0


@service("recordings.run")
def tried(export: Export, *, by: Caller) -> bool:
    """Whether nothing of `export` is left on its disk now; False when the disk does not let us."""
    del by
    try:
        _wipe(export)
    except (PackageError, OSError):
        log.warning("export %s could not be wiped yet", export.pk, exc_info=True)
        return False
    return True


@service("recordings.run")
def carry_out(export: Export, *, lease: Lease, by: Caller) -> None:
    """The job of a cancelled export whose copy still lies on the disk; may be repeated.

    Raises JobWaits, with the sentence for the officer, until the disk is back and lets it go.
    """
    if export.state != ExportState.CANCELLED or export.wiped_at is not None:
        return
    try:
        _wipe(export)
    except PackageError as error:
        raise JobWaits(str(error), seconds=_AGAIN) from error
    except OSError as error:
        raise JobWaits("Hard disk belum dapat dibersihkan.", seconds=_AGAIN) from error
    crash.step("export.wiped")
    with lease.transaction():
        export.wiped_at, export.facts = now(), {}
        export.save(update_fields=["wiped_at", "facts"])
        facts = {"number": export.number, "medium": str(export.medium_id)}
        record("export.wiped", by=by, subject=export, facts=facts)
    crash.step("export.wipe_noted")


def _wipe(export: Export) -> None:
    done = export.facts.get("package")
    published = PackageFacts.from_json(done).sha256 if done else ""
    with disks.opened(export.medium) as disk:
        bag.wipe(disk.root, bag.safe_number(export.number), published=published)
        disk.check()
