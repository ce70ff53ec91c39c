"""An export onto a disk, and the wiping of one that was cancelled (SOP steps 4 and 5)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from cctvportal.audit.models import Entry
from cctvportal.common.crypto import unseal
from cctvportal.jobs.models import JobState
from recordings.enums import ExportState, HoldKind, MediumKind
from recordings.models import Export, Hold, Medium
from recordings.package import bag, readback
from recordings.package.bag import PackageFacts
from recordings.package.disk import MARKER
from recordings.package.errors import PackageError
from recordings.services import disks, exports
from requests_app.services.start_export import retry_export
from tests.factories import accounts
from tests.faults.store import Fates
from tests.faults.works import asking, footage, jobs
from tests.recordings.services import exporting

if TYPE_CHECKING:
    from cctvportal.accounts.models import User


def medium(by: User) -> Medium:
    """A folder in the data folder, so that it is put back with it."""
    folder = settings.PORTAL_DATA_DIR / "disk"
    folder.mkdir()
    row = Medium(kind=MediumKind.FOLDER, label="HDD-01", path=str(folder), owner="Kantor")
    return disks.register(row, by=by)


class Exporting:
    name: Final = "export"
    prefixes: Final = ("export.", "job.")

    def build(self, rng: Random) -> Fates:
        """One or two cameras with some footage each, and a queued export of most of it."""
        plans = [footage.new_plan() for _ in range(rng.randint(1, 2))]
        start, pieces, by = asking.start(), rng.randint(1, 2), accounts.officer()
        kept = [
            footage.filmed(plan, start + timedelta(seconds=4 * n))
            for plan in plans
            for n in range(pieces)
        ]
        cameras = [plan.camera_id for plan in plans]
        seconds = 4 * pieces - rng.choice([1, 2])
        export = asking.export(cameras, start, seconds, medium=medium(by), by=by)
        return Fates(kept=kept, facts={"job": str(export.job_id)})

    def go(self, fates: Fates) -> None:
        export = Export.objects.select_related("exported_by", "fulfilment__request").get(
            job=fates.facts["job"]
        )
        if export.state == ExportState.FAILED and fates.facts.get("sound_again"):
            request = export.fulfilment.request
            retry_export(request, export=export, by=export.exported_by)
        jobs.carried_out(fates.facts["job"], fates)

    def wrong(self, fates: Fates) -> list[str]:
        export = Export.objects.select_related("job", "medium").get(job=fates.facts["job"])
        assert export.job is not None
        wrong = footage.harmed(fates)
        if (export.state, export.job.state) != (ExportState.VERIFIED, JobState.DONE):
            why = export.job.error
            return [*wrong, f"export is {export.state}, its job {export.job.state}: {why}"]
        folder = f"EKSPOR-{bag.safe_number(export.number)}"
        wrong += _unlike({MARKER, folder}, Path(export.medium.path))
        wrong += _unlike(set(), settings.PORTAL_DATA_DIR / "spool")
        if Entry.objects.filter(action="export.verified").count() != 1:
            wrong.append("the export was not told verified exactly once")
        if Hold.objects.filter(kind=HoldKind.EXPORT, released_at=None).exists():
            wrong.append("the export's hold is still there")
        return wrong + _misread(export)


def _misread(export: Export) -> list[str]:
    facts = PackageFacts.from_json(export.facts["package"])
    secret = unseal(bytes(export.passphrase_sealed), purpose=exports.PASSPHRASE)
    try:
        with disks.opened(export.medium) as disk:
            readback.check(disk, facts, secret)
    except PackageError as error:
        return [f"the verified package does not read back: {error}"]
    return []


def _unlike(expected: set[Any], folder: Path) -> list[str]:
    found = {path.name for path in folder.iterdir()} if folder.exists() else set()
    return [] if found == expected else [f"{folder.name} holds {sorted(found)}"]


class Wiping:
    name: Final = "wipe"
    prefixes: Final = ("export.wiped", "export.wipe_noted", "export.folder_moved", "job.")

    def build(self, rng: Random) -> Fates:
        """An export whose workers died when all was written, and that the officer cancelled."""
        plan, by, start = footage.new_plan(), accounts.officer(), asking.start()
        kept = [footage.filmed(plan, start)]
        cameras, seconds = [plan.camera_id], rng.choice([2, 3])
        export = asking.export(cameras, start, seconds, medium=medium(by), by=by)
        exports.cancel(exporting.killed_at(export, ExportState.VERIFYING), by=by)
        export.refresh_from_db()
        return Fates(kept=kept, facts={"job": str(export.wipe_job_id)})

    def go(self, fates: Fates) -> None:
        jobs.carried_out(fates.facts["job"], fates)

    def wrong(self, fates: Fates) -> list[str]:
        export = Export.objects.select_related("wipe_job", "medium").get()
        wrong = footage.harmed(fates) + _unlike({MARKER}, Path(export.medium.path))
        if export.state != ExportState.CANCELLED or export.wiped_at is None:
            wrong.append(f"export is {export.state}, wiped at {export.wiped_at}")
        return wrong
