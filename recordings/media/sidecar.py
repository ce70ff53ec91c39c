"""The facts of a written segment, kept beside its file: a database that forgot can learn them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from recordings.media.errors import MediaError

_VERSION: Final = 1
_LARGEST: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a kept segment's row says; the key is not in it. Aware UTC times, seconds, bytes.

    `started_at` is the time of the first frame. `salvaged`: written by a process that died, so
    that what followed the last whole group of pictures is missing.
    """

    segment: UUID
    camera: UUID
    volume: UUID
    key_day: date
    fence: int
    prepared_at: datetime
    started_at: datetime
    duration_s: float
    frames: int
    size: int
    sha256: str
    codec: str
    width: int
    height: int
    clock_error_s: float | None
    salvaged: bool
    source: str = "LIVE"

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.duration_s)

    @property
    def base(self) -> str:
        return base_path(self.camera, self.key_day, self.segment)

    def to_json(self) -> bytes:
        body = {"version": _VERSION, **asdict(self)}
        return json.dumps(body, default=_text, indent=1).encode() + b"\n"

    @classmethod
    def of(cls, raw: bytes) -> Sidecar:
        """Raises MediaError when these are no facts of ours."""
        try:
            body = json.loads(raw[:_LARGEST])
            if body.pop("version") != _VERSION:
                raise MediaError("Berkas keterangan segmen ini dari versi lain")
            return cls(**{name: _read(name, value) for name, value in body.items()})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise MediaError("Berkas keterangan segmen ini tidak terbaca") from error


def base_path(camera: UUID, day: date, segment: UUID) -> str:
    """Below the volume, without suffix: `.part` while written, then `.mp4` and `.json`."""
    return f"{camera}/{day:%Y/%m/%d}/{segment}"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


def _read(name: str, value: Any) -> Any:
    if name in {"segment", "camera", "volume"}:
        return UUID(value)
    if name in {"prepared_at", "started_at"}:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "key_day" else value
