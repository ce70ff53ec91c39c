"""Carrying out an export: cut, lock into ZIPs, read back, and only then verified (design.md 8).

Cleartext video never touches a disk: each MP4 is muxed into an encrypted spool whose key is in
memory only, and from there goes through the ZIP's cipher.
"""

from __future__ import annotations

import errno
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import uuid4

import av
from django.conf import settings
from django.db import transaction

from cctvportal.accounts.access import Caller, service
from cctvportal.audit.services import record
from cctvportal.common import crash
from cctvportal.common.clock import WIB, now
from cctvportal.common.crypto import seal, unseal
from cctvportal.jobs.lease import JobCancelled, Lease
from cctvportal.jobs.registry import JobFailed
from devices.models import Camera
from recordings.enums import ExportState, HoldKind
from recordings.media import join
from recordings.media.errors import Cancelled, HashMismatch, KeyMissing, MediaError
from recordings.media.join import Source
from recordings.media.spool import Spool, remove_leftovers
from recordings.models import Export
from recordings.package import bag, passphrase, readback
from recordings.package.bag import PackageFacts, Staging
from recordings.package.disk import Disk
from recordings.package.errors import Fault, PackageError
from recordings.package.readback import VIDEO
from recordings.package.zips import ZipFacts, ZipWriter, is_whole
from recordings.selectors import shown_in
from recordings.services import damage, disks, holds, keterangan, scratch, volumes
from recordings.services.exports import PASSPHRASE
from recordings.signals import export_settling, export_verified

_DAMAGED = (
    "Sebagian rekaman rusak dan sudah ditandai. Tekan Coba lagi: sisanya disalin, dan bagian yang "
    "rusak tertulis di dalam paket."
)
_NOTHING = "Tidak ada rekaman utuh dalam waktu yang diizinkan. Lihat buku kendala."


@service("recordings.run")
def carry_out(export: Export, *, lease: Lease, by: Caller) -> None:
    """The export's job; may be killed anywhere and run again, going on at the first unwritten ZIP.

    Raises JobFailed with the sentence for the officer, JobWaits while the portal's own disk has no
    room, LeaseLost, or JobCancelled, after which the caller takes the unfinished package away.
    """
    export.refresh_from_db()
    if export.state == ExportState.VERIFIED:
        return
    secret = _begin(export, lease)
    crash.step("export.begun")
    remove_leftovers(_spools())
    try:
        with disks.opened(export.medium) as disk:
            work = _Work(export, lease, disk, secret)
            facts = _written(work)
            _verify(work, facts, by=by)
    except Cancelled as stopped:
        raise JobCancelled(str(lease.job.pk)) from stopped
    except (HashMismatch, KeyMissing, FileNotFoundError) as error:
        if not _found_damaged(export, by=by):
            raise JobFailed(str(error), permanent=True) from error
        raise JobFailed(_DAMAGED, permanent=True) from error
    except (PackageError, MediaError, volumes.VolumeUnavailable) as error:
        raise JobFailed(str(error), permanent=True) from error
    except OSError as error:
        # The external disk's faults are PackageErrors: this one is of the data folder's.
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise scratch.waits() from error
        raise


def _found_damaged(export: Export, *, by: Caller) -> int:
    """Marks what of the footage is damaged: the next try goes on without it, and says so."""
    cameras = [camera.pk for camera in _cameras(export)]
    try:
        return damage.find(shown_in(cameras, export.starts_at, export.ends_at), by=by)
    except volumes.VolumeUnavailable as error:
        raise JobFailed(str(error), permanent=True) from error


@dataclass(slots=True)
class _Work:
    """What every step of one export needs, and how far it is (bytes written, then read back)."""

    export: Export
    lease: Lease
    disk: Disk
    secret: str
    done: int = 0
    total: int = 0
    _told: float = field(default=0.0)

    def beat(self, size: int) -> None:
        self.done += size
        self.lease.check()
        if time.monotonic() - self._told > 0.5:
            self._told = time.monotonic()
            self.tell()

    def tell(self, note: str = "") -> None:
        note = note or self.lease.job.note
        self.lease.job.note = note
        self.lease.progress(done=min(self.done, self.total), total=self.total, note=note)


def _begin(export: Export, lease: Lease) -> str:
    """The passphrase, made once an export, so that the ZIPs of an interrupted try stay good."""
    with _permitted(export, lease):
        if not export.passphrase_sealed:
            export.passphrase_sealed = seal(passphrase.make(), purpose=PASSPHRASE)
        export.state = ExportState.WRITING
        export.save(update_fields=["passphrase_sealed", "state"])
    return unseal(bytes(export.passphrase_sealed), purpose=PASSPHRASE)


@contextmanager
def _permitted(export: Export, lease: Lease) -> Iterator[None]:
    """A transaction that commits only under the lease and while the permit lives.

    `stop_for` takes the same lock on the job: what it stopped is seen here, or waits for us.
    """
    with lease.transaction():
        now_is = Export.objects.only("state", "stopped_at", "valid_until").get(pk=export.pk)
        if now_is.stopped_at is not None or now_is.state == ExportState.CANCELLED:
            raise JobCancelled(str(lease.job.pk))
        if now_is.valid_until <= now():
            raise JobFailed("Izin sudah berakhir sebelum ekspor selesai.", permanent=True)
        yield


def _written(work: _Work) -> PackageFacts:
    """The package under its final name; found again when an earlier try came that far."""
    export, name = work.export, bag.safe_number(work.export.number)
    if "package" in export.facts and work.disk.root.has(f"EKSPOR-{name}"):
        return PackageFacts.from_json(export.facts["package"])
    sources = {camera: _sources(export, camera) for camera in _cameras(export)}
    work.total = 2 * sum(one.bytes for pieces in sources.values() for one in pieces)
    work.disk.require(work.total // 2)
    with _permitted(export, work.lease):
        pass  # who was overtaken meanwhile must not take the folder from who came after
    with Staging(work.disk.root, name) as staging:
        crash.step("export.staged")
        zips = [
            one
            for place, (camera, pieces) in enumerate(sources.items(), start=1)
            if pieces
            for one in _zip_of_camera(work, staging, place, camera, pieces)
        ]
        if not any(member.name.endswith(VIDEO) for one in zips for member in one.members):
            raise JobFailed(_NOTHING, permanent=True)
        facts = bag.write(staging, zips, now().astimezone(WIB))
        crash.step("export.tags_written")
        _remember(work, {"package": facts.to_json()})
        crash.step("export.package_noted")
        work.disk.check()
        staging.publish()
        crash.step("export.published")
    return facts


def _cameras(export: Export) -> list[Camera]:
    """By key: a camera that is renamed between two tries keeps its place."""
    rows = export.cameras.select_related("camera").order_by("camera_id")
    return [row.camera for row in rows]


def _sources(export: Export, camera: Camera) -> list[Source]:
    keys = volumes.keystore()
    rows = shown_in([camera.pk], export.starts_at, export.ends_at)
    return [
        Source(
            segment=row.pk,
            started_at=row.started_at,
            ended_at=row.ended_at,
            bytes=row.bytes,
            path=Path(row.volume.path) / row.relative_path,
            key=keys.get(camera.uuid, row.key_day, row.pk),
            sha256=row.sha256,
            frames=row.frames,
        )
        for row in rows
        if row.started_at and row.ended_at
    ]


def _zip_of_camera(
    work: _Work, staging: Staging, place: int, camera: Camera, pieces: list[Source]
) -> list[ZipFacts]:
    """The camera's runs and its keterangan.json in ZIPs of their own, so that a retry skips it."""
    with _permitted(work.export, work.lease):
        known = [ZipFacts.from_json(one) for one in work.export.facts.get("zips", [])]
    mine = [one for one in known if one.members[0].name.startswith(f"KAMERA-{place}-")]
    if mine and all(is_whole(staging.data, one) for one in mine):
        work.done += sum(one.bytes for one in pieces)
        return mine
    known = [one for one in known if one not in mine]
    work.tell(f"Menyalin {camera.name}")
    spools: list[Spool] = []
    with ExitStack() as stack:
        room = stack.enter_context(_room(work, pieces))
        cut = join.cut(
            pieces,
            start=work.export.starts_at,
            end=work.export.ends_at,
            sink=lambda _n: stack.enter_context(_spool(spools)),
            cancelled=lambda: _is_over(work, room),
        )
        crash.step("export.cut")
        with ZipWriter(
            staging.data,
            work.secret,
            limit=work.disk.part_limit,
            done=known,
            beat=work.beat,
        ) as zips:
            names = [f"KAMERA-{place}-{n}.mp4" for n in range(1, len(spools) + 1)]
            members = [
                zips.add(name, cast("BinaryIO", spool))
                for name, spool in zip(names, spools, strict=True)
            ]
            story = keterangan.told(work.export, camera, cut, members)
            zips.add(f"KAMERA-{place}-keterangan.json", io.BytesIO(_json(story)))
    _remember(work, {"zips": [one.to_json() for one in zips.facts], f"kamera-{place}": story})
    crash.step("export.zip_noted")
    return [one for one in zips.facts if one not in known]


def _room(work: _Work, pieces: list[Source]) -> AbstractContextManager[scratch.Room]:
    """Room for one camera's spools, and for its ZIPs where the medium is a folder beside them."""
    folder, size = _spools(), sum(one.bytes for one in pieces)
    beside = folder.stat().st_dev == work.disk.device
    return scratch.promised(size * (1 + beside), folder)


def _is_over(work: _Work, room: scratch.Room) -> bool:
    """Asked at each keyframe. Raises JobWaits when others have used up the room."""
    room.check()
    return work.lease.cancelled


def _spool(spools: list[Spool]) -> Spool:
    """One more encrypted spool, kept in `spools` until its member is in the ZIP."""
    spools.append(Spool(_spools() / f"{uuid4()}.bin"))
    return spools[-1]


def _spools() -> Path:
    folder: Path = settings.PORTAL_DATA_DIR / "spool"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _remember(work: _Work, news: dict[str, Any]) -> None:
    with _permitted(work.export, work.lease):
        work.export.facts = {**work.export.facts, **news}
        work.export.save(update_fields=["facts"])


def _verify(work: _Work, facts: PackageFacts, *, by: Caller) -> None:
    export = work.export
    with _permitted(export, work.lease):
        export.state = ExportState.VERIFYING
        export.save(update_fields=["state"])
    crash.step("export.verifying")
    work.total, work.done = 2 * facts.bytes, facts.bytes
    work.tell("Membaca ulang dan mencocokkan")
    proof = readback.check(
        work.disk, facts, work.secret, on_video=_decodes, beat=_paced(work, facts.bytes)
    )
    crash.step("export.read_back")
    with transaction.atomic():
        export_settling.send(sender=Export, export=export)
        with _permitted(export, work.lease):
            _settle(export, facts, str(proof.way), by=by)
        crash.step("export.settled")
    crash.step("export.verified")


def _settle(export: Export, facts: PackageFacts, way: str, *, by: Caller) -> None:
    export.state, export.verified_at = ExportState.VERIFIED, now()
    export.folder, export.bytes = facts.name, facts.bytes
    export.manifest_sha256, export.read_back = facts.sha256, way
    export.save()
    holds.release(reference=str(export.pk), kind=HoldKind.EXPORT, by=by)
    record(
        "export.verified",
        by=by,
        subject=export,
        facts={
            "number": export.number,
            "medium": str(export.medium_id),
            "bytes": facts.bytes,
            "sha256": facts.sha256,
            "read_back": export.read_back,
        },
    )
    export_verified.send(sender=Export, export=export)


def _paced(work: _Work, size: int) -> Callable[[int], None]:
    """Read-back reads clear and locked bytes; what it tells may pass the package's size."""

    def beat(count: int) -> None:
        work.beat(min(count, max(0, 2 * size - work.done)))

    return beat


def _decodes(name: str, stream: BinaryIO) -> None:
    try:
        with av.open(stream, "r") as container:
            next(container.decode(video=0))
    except (av.FFmpegError, StopIteration) as error:
        raise PackageError(Fault.MISMATCH, f"{name}: {type(error).__name__}") from error


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode()
