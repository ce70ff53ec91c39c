from __future__ import annotations

import errno
import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING
from uuid import uuid4

import av
import pytest

from recordings.media.errors import MediaError, ParametersChanged
from recordings.media.segment import SegmentWriter
from tests.recordings.media.films import (
    Codec,
    Film,
    digest,
    film,
    nals,
    new_key,
    pictures,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [("h264", 0), ("h264", 2), ("h265", 0), ("h265", 2)]


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_ready_segment_plus_its_key_plays_with_stock_libav_frame_for_frame(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    shot, key = film(codec, b_frames=b_frames), new_key()
    facts = write(tmp_path / "segment.mp4", shot.track, shot.units, key)
    copy = shutil.copy(tmp_path / "segment.mp4", tmp_path / "copy.mp4")
    with av.open(copy, options={"decryption_key": key.hex()}) as container:
        played = [digest(frame) for frame in container.decode(video=0)]
    assert played == pictures(shot.units, codec)
    assert facts.frames == len(played) == len(set(played)) == 40


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg on this machine")
@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_ready_segment_plus_its_key_plays_with_the_ffmpeg_program(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    shot, key = film(codec, b_frames=b_frames), new_key()
    write(tmp_path / "segment.mp4", shot.track, shot.units, key)
    # By a pipe: ffmpeg up to 5.1 mixes up the fragments of a seekable encrypted file.
    raw = subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-decryption_key", key.hex(), "-i", "pipe:"),
            *("-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"),
        ],
        input=(tmp_path / "segment.mp4").read_bytes(),
        check=True,
        capture_output=True,
    ).stdout
    size = shot.track.width * shot.track.height * 3 // 2
    played = [hashlib.sha256(raw[at : at + size]).hexdigest() for at in range(0, len(raw), size)]
    assert played == pictures(shot.units, codec)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_pictures_do_not_lie_open_in_the_file(tmp_path: Path, codec: Codec) -> None:
    shot = film(codec)
    write(tmp_path / "segment.mp4", shot.track, shot.units, new_key())
    written = (tmp_path / "segment.mp4").read_bytes()
    slices = [max(nals(unit.data), key=len) for unit in shot.units]
    assert not [one for one in slices if one[24:56] in written]


def test_facts_tell_what_was_written(tmp_path: Path) -> None:
    shot = film()
    facts = write(tmp_path / "segment.mp4", shot.track, shot.units, new_key())
    written = (tmp_path / "segment.mp4").read_bytes()
    assert (facts.bytes, facts.sha256) == (len(written), hashlib.sha256(written).hexdigest())
    assert (facts.codec, facts.width, facts.height) == ("h264", 160, 96)
    assert facts.keyframes == (0.0, 1.0, 2.0, 3.0)
    assert facts.duration_s == 4.0
    assert facts.first_pts == shot.units[0].pts
    assert facts.last_pts - facts.first_pts == 39 * 9000


@pytest.mark.parametrize(("codec", "tag"), [("h264", "avc1"), ("h265", "hvc1")])
def test_file_carries_the_tag_players_expect_and_the_segments_id(
    tmp_path: Path, codec: Codec, tag: str
) -> None:
    shot, key, kid = film(codec), new_key(), uuid4()
    write(tmp_path / "segment.mp4", shot.track, shot.units, key, kid)
    assert kid.bytes in (tmp_path / "segment.mp4").read_bytes()
    with av.open(tmp_path / "segment.mp4", options={"decryption_key": key.hex()}) as container:
        video = container.streams.video[0]
        assert video.codec_context.codec_tag == tag
        assert (video.time_base, video.codec_context.width) == (Fraction(1, 90_000), 160)


def test_times_in_the_file_start_at_zero_whatever_the_camera_says(tmp_path: Path) -> None:
    shot, key = film(start=2**40), new_key()
    write(tmp_path / "segment.mp4", shot.track, shot.units, key)
    with av.open(tmp_path / "segment.mp4", options={"decryption_key": key.hex()}) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.size]
    assert times == [number * 9000 for number in range(40)]


def test_each_keyframe_brings_the_pictures_before_it_to_the_file(tmp_path: Path) -> None:
    shot = film()
    with (tmp_path / "segment.part").open("xb", buffering=0) as sink:
        writer = SegmentWriter(sink, track=shot.track, key=new_key(), kid=uuid4())
        sizes = []
        for unit in shot.units:
            writer.add(unit)
            sizes.append((tmp_path / "segment.part").stat().st_size)
        writer.abandon()
    grew = [n for n in range(1, 40) if sizes[n] > sizes[n - 1]]
    assert grew == [10, 20, 30]
    assert (tmp_path / "segment.part").stat().st_size == sizes[-1]


def test_first_unit_that_is_no_keyframe_is_refused(tmp_path: Path) -> None:
    shot = film()
    with pytest.raises(MediaError):
        write(tmp_path / "segment.part", shot.track, shot.units[1:], new_key())
    assert (tmp_path / "segment.part").read_bytes() == b""


def test_keyframe_without_parameter_sets_is_refused(tmp_path: Path) -> None:
    shot = film()
    bare = replace(shot.units[0], data=b"\0\0\0\1" + max(nals(shot.units[0].data), key=len))
    with pytest.raises(MediaError):
        write(tmp_path / "segment.part", shot.track, [bare], new_key())


def test_writer_without_frames_cannot_close(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        write(tmp_path / "segment.part", film().track, [], new_key())


def test_changed_parameter_sets_are_refused_and_the_segment_stays_whole(tmp_path: Path) -> None:
    shot, other, key = film(), film(size=(96, 64)), new_key()
    with (tmp_path / "segment.mp4").open("xb", buffering=0) as sink:
        writer = SegmentWriter(sink, track=shot.track, key=key, kid=uuid4())
        for unit in shot.units[:20]:
            writer.add(unit)
        with pytest.raises(ParametersChanged):
            writer.add(other.units[0])
        assert writer.close().frames == 20
    with av.open(tmp_path / "segment.mp4", options={"decryption_key": key.hex()}) as container:
        assert sum(1 for _ in container.decode(video=0)) == 20


def test_parameter_sets_that_are_equal_but_another_object_are_no_change(tmp_path: Path) -> None:
    shot = film()
    units = [
        replace(unit, parameter_sets=tuple(bytes(bytearray(one)) for one in unit.parameter_sets))
        for unit in shot.units
    ]
    assert write(tmp_path / "segment.mp4", shot.track, units, new_key()).frames == 40


class FullDisk:
    """Takes half of each block, then none: what a full filesystem does."""

    def __init__(self, room: int) -> None:
        self.room, self.taken = room, b""

    def write(self, data: bytes | memoryview, /) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = bytes(data[: min(self.room, len(data) // 2 + 1)])
        self.room -= len(part)
        self.taken += part
        return len(part)


def test_full_disk_is_told_and_nothing_more_is_written() -> None:
    shot, sink = film(), FullDisk(9_000)
    writer = SegmentWriter(sink, track=shot.track, key=new_key(), kid=uuid4())
    for unit in shot.units[:10]:
        writer.add(unit)
    with pytest.raises(OSError, match="No space left"):
        writer.add(shot.units[10])
    writer.abandon()
    del writer
    assert len(sink.taken) == 9_000


def test_short_writes_lose_no_byte() -> None:
    shot, sink = film(), FullDisk(1 << 20)
    writer = SegmentWriter(sink, track=shot.track, key=new_key(), kid=uuid4())
    for unit in shot.units:
        writer.add(unit)
    facts = writer.close()
    assert facts.sha256 == hashlib.sha256(sink.taken).hexdigest()


def test_recorder_modules_load_no_picture_library() -> None:
    code = (
        "import sys; import recordings.media.segment, recordings.media.keystore;"
        "print(sorted({'numpy', 'cv2', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_times_that_run_backwards_are_refused_and_the_frames_before_stay(tmp_path: Path) -> None:
    shot, key = film(), new_key()
    with (tmp_path / "segment.mp4").open("xb", buffering=0) as sink:
        writer = SegmentWriter(sink, track=shot.track, key=key, kid=uuid4())
        for unit in shot.units[:5]:
            writer.add(unit)
        with pytest.raises(ValueError, match="Invalid argument"):
            writer.add(shot.units[2])
        assert writer.close().frames == 5
    with av.open(tmp_path / "segment.mp4", options={"decryption_key": key.hex()}) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5


def test_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        SegmentWriter(FullDisk(0), track=film().track, key=b"short", kid=uuid4())


def test_film_of_the_tests_has_the_frames_it_claims() -> None:
    shots: list[Film] = [film("h264", b_frames=2), film("h265", b_frames=2)]
    assert all(any(unit.pts != unit.dts for unit in shot.units) for shot in shots)
