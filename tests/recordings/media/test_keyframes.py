from __future__ import annotations

import io
import subprocess
import sys
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from recordings.media import keyframes
from recordings.media.errors import MediaError
from tests.recordings.media.films import Codec, digest, film, new_key, pictures, record

if TYPE_CHECKING:
    from pathlib import Path


def opened(jpeg: bytes) -> av.VideoFrame:
    with av.open(io.BytesIO(jpeg), "r", format="image2pipe") as container:
        return next(iter(container.decode(video=0)))


@pytest.mark.parametrize(("codec", "b_frames"), [("h264", 2), ("h265", 0)])
def test_picture_is_the_keyframe_at_or_before(tmp_path: Path, codec: Codec, b_frames: int) -> None:
    shot = film(codec, b_frames=b_frames)
    source, shown = record(tmp_path, shot), pictures(shot.units, codec)
    for asked, number in ((-1.0, 0), (0.0, 0), (0.95, 0), (1.0, 10), (2.5, 20), (99.0, 30)):
        frame, at_s = keyframes.picture(source.path, source.key, asked)
        assert (digest(frame), at_s) == (shown[number], number / 10)


def test_jpeg_looks_like_the_keyframe(tmp_path: Path) -> None:
    source = record(tmp_path, film())
    frame, _ = keyframes.picture(source.path, source.key, 2.0)
    still = keyframes.jpeg(source.path, source.key, 2.0, width=160)
    assert still[:3] == b"\xff\xd8\xff"
    want, got = (f.to_ndarray(format="gray").astype(int) for f in (frame, opened(still)))
    assert got.shape == want.shape == (96, 160)
    assert np.abs(want - got).mean() < 12


@pytest.mark.parametrize(("width", "size"), [(80, (80, 48)), (1000, (160, 96)), (33, (32, 20))])
def test_jpeg_is_never_wider_than_asked_and_keeps_its_shape(
    tmp_path: Path, width: int, size: tuple[int, int]
) -> None:
    source = record(tmp_path, film())
    frame = opened(keyframes.jpeg(source.path, source.key, 0.0, width=width))
    assert (frame.width, frame.height) == size


def test_wrong_key_gives_no_picture(tmp_path: Path) -> None:
    source = record(tmp_path, film("h265"))
    for _ in range(5):
        with pytest.raises(MediaError):
            keyframes.jpeg(source.path, new_key(), 0.0)


def test_stills_need_no_picture_library() -> None:
    code = (
        "import sys;"
        "import recordings.media.keyframes, recordings.media.join, recordings.media.hls;"
        "print(sorted({'numpy', 'cv2', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
