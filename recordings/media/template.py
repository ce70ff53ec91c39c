"""What a muxer must know of a stream before its first frame."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import av

from recordings.media.errors import MediaError

if TYPE_CHECKING:
    from av.video.stream import VideoStream

    from devices.rtsp import AccessUnit

Codec = Literal["h264", "h265"]

_DEMUXERS: dict[Codec, str] = {"h264": "h264", "h265": "hevc"}
# libav decodes what it is given to learn the picture format: the head of a slice tells as much
# as the whole (4 to 10 ms instead of 118 ms for a 1080p keyframe). Some cameras put long SEI first.
_HEADS = (4 << 10, 64 << 10, None)


@dataclass(frozen=True, slots=True)
class Description:
    """What a stream with these parameter sets is: as long as they stay, no need to look again."""

    codec: Codec
    parameter_sets: tuple[bytes, ...]
    template: VideoStream


def describe(codec: Codec, unit: AccessUnit, known: Description | None) -> Description:
    """`known` where it still fits, else a look at the keyframe. Raises MediaError."""
    if known and (known.codec, known.parameter_sets) == (codec, unit.parameter_sets):
        return known
    return Description(codec, unit.parameter_sets, stream_template(codec, unit.data))


def stream_template(codec: Codec, keyframe: bytes) -> VideoStream:
    """Describe the stream that starts with this keyframe.

    `keyframe` is an Annex B access unit with its parameter sets in front (ITU-T H.264 and H.265
    Annex B). Raises MediaError when no picture size and parameter sets can be told from it.
    """
    for head in _HEADS:
        try:
            stream = av.open(BytesIO(keyframe[:head]), format=_DEMUXERS[codec]).streams.video[0]
        except (av.FFmpegError, IndexError):
            continue
        if stream.codec_context.width and stream.codec_context.extradata:
            return stream
    raise MediaError("Gambar pertama dari kamera tidak memuat data pembuka yang lengkap")


def fingerprint(parameter_sets: tuple[bytes, ...]) -> str:
    """Tell whether two segments may follow each other in one file: 64 hex digits.

    Only equal fingerprints are joined; sets in another order count as a change, which costs a
    file and no picture.
    """
    digest = hashlib.sha256()
    for one in parameter_sets:
        digest.update(len(one).to_bytes(4, "big") + one)
    return digest.hexdigest()
