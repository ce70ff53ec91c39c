"""What a package proves, as steps of the demo ('Shows when done' 3 of the issue)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import bagit

from tests.demo import strips
from tests.demo.browser import PageError
from tests.demo.office import Case, Office
from tests.demo.report import Package
from tests.demo.waiting import until

_PASSAGES = 45.0  # seconds: several of the gate's in the demo


def check_strips(office: Office, package: Package, case: Case) -> None:
    """Opens the package as its receiver and compares each frame with keterangan.json."""
    step = office.report.step
    with step("bukti", "Paket di hard disk utuh menurut manifesnya, dan terbuka dengan sandinya"):
        if not bagit.Bag(package.path).is_valid():
            raise PageError(f"{package.path} tidak cocok dengan manifesnya")
        found = strips.opened(package)
        told = found.stories[0]
        if told["nomor"] != case.number or told["kamera"] != case.camera:
            raise PageError(f"keterangan.json menyebut {told['nomor']}, {told['kamera']}")
    with step("bukti", "Penghitung gambar berurutan tanpa lompatan") as notes:
        notes.append(f"{strips.check_counters(found)} gambar")
    with step("bukti", "Gambar pertama paling banyak satu GOP sebelum waktu izin") as notes:
        notes.append(f"mendahului {_ms(strips.check_beginning(found, case.range))}, tertulis")
    with step("bukti", "Gambar terakhir sebelum akhir waktu izin") as notes:
        notes.append(f"{_ms(strips.check_end(found, case.range))} sebelumnya")
    with step("bukti", "Waktu tiap gambar sesuai keterangan.json dalam 200 ms") as notes:
        notes.append(f"paling jauh {_ms(strips.check_times(found))}")


def note_gone(office: Office, case: Case, why: str) -> None:
    """No file of the exported segments is left below the footage folder; noted in the report.

    What is past its term is out of view at once; its files go with the next passage of the gate.
    """
    package = next(one for one in office.report.packages if one.number == case.number)
    segments = sorted(set(strips.opened(package).segments))

    def all_gone() -> bool | None:
        films = _films(office.data_dir / "footage")
        return None if any(path.stem in segments for path in films) else True

    until(all_gone, what=f"penghapusan {len(segments)} berkas sumber", seconds=_PASSAGES)
    office.report.erased.append(
        {
            "number": case.number,
            "camera": case.camera,
            "from": case.range.start.isoformat(),
            "until": case.range.end.isoformat(),
            "segments": segments,
            "why": why,
        }
    )


def _films(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in {".mp4", ".part", ".json"}]


def _ms(length: timedelta) -> str:
    return f"{length / timedelta(milliseconds=1):.0f} ms"
