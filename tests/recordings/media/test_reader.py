from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from uuid import uuid4

import pytest

from recordings.media import reader
from recordings.media.errors import FrameMismatch, HashMismatch, MediaError
from recordings.media.segment import SegmentFacts, SegmentWriter
from tests.recordings.media.films import Codec, digest, film, new_key, pictures, write

KINDS = [("h264", 0), ("h264", 2), ("h265", 0), ("h265", 2)]


@pytest.fixture
def segment(tmp_path: Path) -> tuple[Path, bytes, SegmentFacts]:
    shot, key = film(), new_key()
    path = tmp_path / "segment.mp4"
    return path, key, write(path, shot.track, shot.units, key)


def test_verify_accepts_the_recorded_bytes_by_path_and_descriptor(
    segment: tuple[Path, bytes, SegmentFacts],
) -> None:
    path, key, facts = segment
    assert reader.verify(path, facts.sha256) == facts.bytes
    with path.open("rb") as file:
        file.seek(100)
        assert reader.verify(file.fileno(), facts.sha256) == facts.bytes
        assert sum(1 for _ in reader.packets(file.fileno(), key)) == facts.frames
        assert not file.closed


def test_verify_refuses_one_changed_bit_and_a_shorter_file(
    segment: tuple[Path, bytes, SegmentFacts],
) -> None:
    path, _, facts = segment
    good = path.read_bytes()
    for bad in (good[:5000] + bytes([good[5000] ^ 1]) + good[5001:], good[:-1], b""):
        path.write_bytes(bad)
        with pytest.raises(HashMismatch):
            reader.verify(path, facts.sha256)


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_frames_are_those_of_the_stream(tmp_path: Path, codec: Codec, b_frames: int) -> None:
    shot, key = film(codec, b_frames=b_frames), new_key()
    write(tmp_path / "segment.mp4", shot.track, shot.units, key)
    seen = [digest(f) for f in reader.frames(tmp_path / "segment.mp4", key, expected=40)]
    assert seen == pictures(shot.units, codec)


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_wrong_keys_are_never_taken_for_the_right_one(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    shot = film(codec, b_frames=b_frames)
    write(tmp_path / "segment.mp4", shot.track, shot.units, new_key())
    for _ in range(25):
        # H.265 sometimes ends silently without a frame: MediaError is the parent of both.
        with pytest.raises(MediaError):
            reader.prove_key(tmp_path / "segment.mp4", new_key())
        with pytest.raises(MediaError):
            list(reader.frames(tmp_path / "segment.mp4", new_key(), expected=40))


def test_frame_count_that_differs_from_the_recorded_one_is_told(
    segment: tuple[Path, bytes, SegmentFacts],
) -> None:
    path, key, _ = segment
    with pytest.raises(FrameMismatch, match="40"):
        list(reader.frames(path, key, expected=41))


def test_file_that_is_no_segment_is_told(tmp_path: Path) -> None:
    for content in (b"not a film" * 100, b""):
        (tmp_path / "x").write_bytes(content)
        with pytest.raises(MediaError):
            list(reader.packets(tmp_path / "x", new_key()))
        with pytest.raises(MediaError):
            reader.recover(tmp_path / "x")


def test_recover_tells_a_whole_segment_as_its_writer_did_without_the_key(
    segment: tuple[Path, bytes, SegmentFacts],
) -> None:
    path, _, facts = segment
    found = reader.recover(path)
    assert (found.frames, found.keyframes, found.codec) == (40, facts.keyframes, "h264")
    assert (found.sha256, found.bytes, found.whole_bytes) == (facts.sha256, *[facts.bytes] * 2)
    assert (found.duration_s, found.width, found.height) == (4.0, 160, 96)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_recover_of_a_file_cut_anywhere_counts_whole_groups_that_then_play(
    tmp_path: Path, codec: Codec
) -> None:
    shot, key = film(codec), new_key()
    write(tmp_path / "segment.mp4", shot.track, shot.units, key)
    whole = (tmp_path / "segment.mp4").read_bytes()
    torn, counts = tmp_path / "torn.part", set()
    for size in range(20_000, len(whole), 4_001):
        torn.write_bytes(whole[:size])
        found = reader.recover(torn)
        counts.add(found.frames)
        os.truncate(torn, found.whole_bytes)
        assert reader.verify(torn, found.sha256) == found.whole_bytes
        seen = [digest(f) for f in reader.frames(torn, key, expected=found.frames)]
        assert seen == pictures(shot.units[: found.frames], codec)
    assert counts >= {10, 20, 30}


def test_recover_of_a_header_alone_is_nothing(segment: tuple[Path, bytes, SegmentFacts]) -> None:
    path, _, _ = segment
    os.truncate(path, 3000)
    with pytest.raises(MediaError):
        reader.recover(path)


@pytest.mark.parametrize("seen", [15, 20, 28, 111])
def test_writer_killed_by_sigkill_loses_at_most_one_group(tmp_path: Path, seen: int) -> None:
    shot, key = film(seconds=20), new_key()
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        with (tmp_path / "live.part").open("xb", buffering=0) as sink:
            writer = SegmentWriter(sink, track=shot.track, key=key, kid=uuid4())
            for unit in shot.units:
                writer.add(unit)
                os.write(tell, b".")
                time.sleep(0.002)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        pipe.read(seen)
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        added = seen + len(pipe.read())
    found = reader.recover(tmp_path / "live.part")
    assert added - 10 <= found.frames <= added
    played = [digest(f) for f in reader.frames(tmp_path / "live.part", key, expected=found.frames)]
    assert played == pictures(shot.units[: found.frames], "h264")
