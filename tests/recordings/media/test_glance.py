from __future__ import annotations

from pathlib import Path

import pytest

from recordings.media import glance
from recordings.media.errors import MediaError
from tests.recordings.media.films import Codec, film, record

KINDS: list[tuple[Codec, int]] = [("h264", 0), ("h264", 2), ("h265", 0), ("h265", 2)]


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_keyframes_are_those_that_the_writer_told(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    source = record(tmp_path, film(codec, b_frames=b_frames))
    assert glance.keyframes(source.path) == pytest.approx(source.keyframes, abs=1e-4)


def test_same_parameter_sets_give_one_fingerprint_whatever_the_key(tmp_path: Path) -> None:
    shot = film(seconds=4)
    first, second = record(tmp_path, shot.part(0, 20)), record(tmp_path, shot.part(20, 40))
    other = record(tmp_path, film(size=(192, 96)))
    assert glance.parameters(first.path) == glance.parameters(second.path)
    assert glance.parameters(first.path) != glance.parameters(other.path)


@pytest.mark.parametrize(
    "body", [b"", b"bukan video", b"\0\0\0\x10moov" + bytes(8), b"\0\0\0\4moov"]
)
def test_what_is_no_segment_is_said(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(body)
    for ask in (glance.parameters, glance.keyframes):
        with pytest.raises(MediaError):
            ask(path)
