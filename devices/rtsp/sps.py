"""What a sequence parameter set tells: picture size, reordering, frame rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from devices.rtsp.bits import BitReader

Codec = Literal["h264", "h265"]

# H.264 section 7.3.2.1.1: profiles whose set tells chroma format and scaling lists.
_HIGH_PROFILES = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_EXTENDED_SAR = 255
_REORDER_LIMIT = 16
_SIDE_LIMIT = 16384


@dataclass(frozen=True, slots=True)
class SpsFacts:
    """Zeros stand for what is not told; `reorder` is the number of pictures held back."""

    width: int = 0
    height: int = 0
    reorder: int = 0
    fps: float = 0.0


def read(codec: Codec, sps: bytes) -> SpsFacts:
    """Read a set with its NAL header; one that cannot be read gives all zeros, never an error."""
    try:
        facts = _h264(sps) if codec == "h264" else _h265(sps)
    except ValueError:
        return SpsFacts()
    sane = 0 < facts.width <= _SIDE_LIMIT and 0 < facts.height <= _SIDE_LIMIT
    return facts if sane and facts.reorder <= _REORDER_LIMIT else SpsFacts()


def _h264(sps: bytes) -> SpsFacts:
    """H.264 section 7.3.2.1.1."""
    bits = BitReader(sps[1:])
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma = _h264_chroma(bits) if profile in _HIGH_PROFILES else 1
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.flag(), bits.se(), bits.se()
        for _ in range(_small(bits.ue(), 255)):
            bits.se()
    bits.ue()
    bits.flag()
    width, height = 16 * (bits.ue() + 1), 16 * (bits.ue() + 1)
    frames_only = bits.flag()
    if not frames_only:
        height *= 2
        bits.flag()
    bits.flag()
    if bits.flag():
        across = 2 if chroma in {1, 2} else 1
        down = (2 if chroma == 1 else 1) * (1 if frames_only else 2)
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= across * (left + right)
        height -= down * (top + bottom)
    fps, reorder = _h264_usability(bits)
    return SpsFacts(width, height, 0 if order == 2 else reorder, fps)


def _h264_chroma(bits: BitReader) -> int:
    chroma = bits.ue()
    if chroma == 3:
        bits.flag()
    bits.ue(), bits.ue(), bits.flag()
    if bits.flag():
        for index in range(12 if chroma == 3 else 8):
            if bits.flag():
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _h264_usability(bits: BitReader) -> tuple[float, int]:
    """Annex E: frame rate and num_reorder_frames; a broken or missing one tells nothing."""
    fps = 0.0
    try:
        if not bits.flag():
            return 0.0, 0
        _skip_display(bits)
        if bits.flag():
            ticks, scale = bits.take(32), bits.take(32)
            bits.flag()
            fps = scale / (2 * ticks) if ticks else 0.0
        return fps, _h264_reorder(bits)
    except ValueError:
        return fps, 0


def _skip_display(bits: BitReader) -> None:
    if bits.flag() and bits.take(8) == _EXTENDED_SAR:
        bits.take(32)
    if bits.flag():
        bits.flag()
    if bits.flag():
        bits.take(4)
        if bits.flag():
            bits.take(24)
    if bits.flag():
        bits.ue(), bits.ue()


def _h264_reorder(bits: BitReader) -> int:
    timed = False
    for _ in range(2):
        if bits.flag():
            timed = True
            _skip_buffering(bits)
    if timed:
        bits.flag()
    bits.flag()
    if not bits.flag():
        return 0
    bits.flag()
    for _ in range(4):
        bits.ue()
    return bits.ue()


def _skip_buffering(bits: BitReader) -> None:
    """Section E.1.2."""
    count = _small(bits.ue() + 1, 32)
    bits.take(8)
    for _ in range(count):
        bits.ue(), bits.ue(), bits.flag()
    bits.take(20)


def _h265(sps: bytes) -> SpsFacts:
    """H.265 section 7.3.2.2.1."""
    bits = BitReader(sps[2:])
    bits.take(4)
    layers = bits.take(3)
    bits.flag()
    _skip_profile(bits, layers)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.flag()
    width, height = bits.ue(), bits.ue()
    if bits.flag():
        across = 2 if chroma in {1, 2} else 1
        down = 2 if chroma == 1 else 1
        left, right, top, bottom = (bits.ue() for _ in range(4))
        width -= across * (left + right)
        height -= down * (top + bottom)
    bits.ue(), bits.ue(), bits.ue()
    reorder = 0
    for _ in range(layers + 1 if bits.flag() else 1):
        bits.ue()
        reorder = bits.ue()
        bits.ue()
    return SpsFacts(width, height, reorder)


def _skip_profile(bits: BitReader, layers: int) -> None:
    """Section 7.3.3: profile, tier and level of the stream and of each lower layer."""
    bits.take(96)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take((88 if profile else 0) + (8 if level else 0))


def _small(value: int, limit: int) -> int:
    if value > limit:
        raise ValueError("count too large")
    return value
