"""keterangan.json of an export: what was asked, what is there, what is missing, and from what."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from cctvportal.common.clock import WIB, now
from devices.models import Camera
from recordings.media.join import Cut, Run
from recordings.models import Export, Gap
from recordings.package.zips import MemberFacts
from recordings.selectors import segments_in

SOFTWARE: Final = "Portal Rekaman CCTV 0.1"


def told(export: Export, camera: Camera, cut: Cut, members: list[MemberFacts]) -> dict[str, Any]:
    """The story of one camera; `members` are the files of `cut.runs`, in their order."""
    booked = Gap.objects.filter(camera=camera, started_at__lt=export.ends_at).exclude(
        ended_at__lte=export.starts_at
    )
    return {
        "nomor": export.number,
        "kamera": camera.name,
        "ruang": camera.room.name,
        "diminta": {"mulai": _iso(export.starts_at), "sampai": _iso(export.ends_at)},
        "berkas": [
            {"nama": member.name, "sha256": member.sha256, "bytes": member.bytes, **_run(run)}
            for member, run in zip(members, cut.runs, strict=True)
        ],
        "terputus": [{"mulai": _iso(one.start), "sampai": _iso(one.end)} for one in cut.gaps],
        "kendala": [
            {
                "sebab": one.get_cause_display(),
                "mulai": _iso(one.started_at),
                "sampai": _iso(one.ended_at) if one.ended_at else None,
            }
            for one in booked
        ],
        "rusak": [
            {
                "sebab": one.get_damage_display(),
                "mulai": _iso(one.started_at),
                "sampai": _iso(one.ended_at),
                "potongan": str(one.pk),
                "sha256": one.sha256,
            }
            for one in segments_in([camera.pk], export.starts_at, export.ends_at)
            if one.damage and one.started_at and one.ended_at
        ],
        "perangkat_lunak": SOFTWARE,
        "dibuat": _iso(now()),
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "gambar_pertama": _iso(run.first_frame_at),
        "gambar_terakhir": _iso(run.last_frame_at),
        "mendahului_detik": round(run.lead_in_s, 3),
        "jumlah_gambar": run.frames,
        "lama_detik": round(run.duration_s, 3),
        "kodek": run.codec,
        "ukuran": [run.width, run.height],
        "jeda": [{"mulai": _iso(one.start), "sampai": _iso(one.end)} for one in run.pauses],
        "sumber": [
            {"potongan": str(one.segment), "sha256": one.sha256, "jumlah_gambar": one.frames}
            for one in run.sources
        ],
    }


def _iso(moment: datetime) -> str:
    """Wall time of the office with its offset: nobody has to guess the zone (evidence.md T7)."""
    return moment.astimezone(WIB).isoformat(timespec="milliseconds")
