"""`export-1gib`: the export's own steps against cp + fsync + drop cache + sha256sum.

Ours hashes each encrypted segment, decrypts and joins them, spools encrypted, locks all of it into
AES-256 ZIPs, writes the bag, and reads the package back from the disk with its passphrase, decoding
a picture of each video. The rows of the job (a few updates a second) are left out.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

import av

from benches import films
from benches.report import ROOT, Result, load
from devices.rtsp.units import AccessUnit
from devices.simulator import make_loop
from recordings.media import join
from recordings.media.join import Source
from recordings.media.spool import Spool
from recordings.package import bag, disk, passphrase, readback
from recordings.package.bag import Staging
from recordings.package.disk import Disk, DiskKind
from recordings.package.zips import ZipWriter

TOTAL = 1 << 30
_START = datetime(2026, 1, 1, tzinfo=UTC)


def segments(folder: Path, clip: list[AccessUnit]) -> list[Source]:
    """One camera's encrypted minutes, a GiB in all."""
    sources: list[Source] = []
    for source in films.minutes(folder, clip, _START):
        sources.append(source)
        if sum(each.bytes for each in sources) >= TOTAL:
            break
    return sources


def ours(sources: list[Source], folder: Path) -> float:
    medium, target = uuid4(), folder / "disk"
    target.mkdir()
    disk.mark(target, medium)
    secret, spools = passphrase.make(), []

    def sink(_number: int) -> Spool:
        spools.append(Spool(folder / f"{uuid4()}.bin"))
        return spools[-1]

    begin = time.perf_counter()
    with Disk.open(target, medium, DiskKind.FOLDER) as opened:
        with Staging(opened.root, "001-BENCH") as staging:
            join.cut(sources, start=_START, end=sources[-1].ended_at, sink=sink)
            with ZipWriter(staging.data, secret) as zips:
                for number, spool in enumerate(spools, start=1):
                    zips.add(f"KAMERA-1-{number}.mp4", cast("BinaryIO", spool))
                    spool.close()
            facts = bag.write(staging, zips.facts, datetime.now(UTC))
            opened.check()
            staging.publish()
        readback.check(opened, facts, secret, on_video=_decode)
    return time.perf_counter() - begin


def _decode(_name: str, stream: BinaryIO) -> None:
    with av.open(stream, "r") as container:
        next(container.decode(video=0))


def peer(sources: list[Source], folder: Path) -> float:
    target = folder / "copy"
    target.mkdir()
    begin = time.perf_counter()
    copies = [target / source.path.name for source in sources]
    subprocess.run(["cp", *(str(source.path) for source in sources), str(target)], check=True)
    for copy in copies:
        descriptor = os.open(copy, os.O_RDWR)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)
    subprocess.run(
        ["sha256sum", *(str(copy) for copy in copies)], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begin


def main() -> int:
    base = ROOT / "var"
    base.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base) as place:
        folder = Path(place)
        sources = segments(folder, films.units(make_loop(folder)))
        copied = peer(sources, folder)
        exported = ours(sources, folder)
        size = sum(source.bytes for source in sources)
        return Result(
            name="export-1gib",
            unit="s",
            ours=exported,
            peer=copied,
            peer_name="cp + fsync + drop cache + sha256sum",
            most=2.5,
            detail={"bytes": size, "mb_per_s": round(size / exported / 1e6), "load": load()},
        ).write()


if __name__ == "__main__":
    sys.exit(main())
