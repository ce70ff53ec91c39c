from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from recordings.media.errors import Cancelled, FrameMismatch, HashMismatch
from recordings.media.join import Cut, cut
from recordings.media.plan import Gap, Source
from recordings.media.spool import Spool
from tests.recordings.media.films import Codec, at, digest, film, new_key, pictures, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KINDS = [("h264", 0), ("h264", 2), ("h265", 0), ("h265", 2)]


def run_cut(sources: Sequence[Source], start: float, end: float) -> tuple[Cut, list[io.BytesIO]]:
    files: list[io.BytesIO] = []

    def sink(number: int) -> io.BytesIO:
        assert number == len(files)
        files.append(io.BytesIO())
        return files[-1]

    return cut(sources, start=at(start), end=at(end), sink=sink), files


def played(file: io.BytesIO) -> list[tuple[float, str]]:
    file.seek(0)
    with av.open(file, "r", format="mp4") as container:
        return [(round(f.time or 0.0, 4), digest(f)) for f in container.decode(video=0)]


@pytest.fixture
def hour(tmp_path: Path) -> list[Source]:
    """Twelve seconds in three segments, ten frames a second, a keyframe each second."""
    shot = film(seconds=12)
    return [record(tmp_path, shot.part(n * 40, n * 40 + 40), n * 4.0) for n in range(3)]


@pytest.mark.parametrize(("codec", "b_frames"), KINDS)
def test_cut_gives_the_very_frames_from_the_keyframe_before_to_the_last_before_the_end(
    tmp_path: Path, codec: Codec, b_frames: int
) -> None:
    shot = film(codec, 12, b_frames=b_frames)
    sources = [record(tmp_path, shot.part(n * 40, n * 40 + 40), n * 4.0) for n in range(3)]
    done, files = run_cut(sources, 2.35, 10.0)
    (run,) = done.runs
    frames = played(files[0])
    shown = pictures(shot.units, codec)[20:100]
    # In decoding order nothing behind the end is kept, which may cost reordered frames.
    assert [picture for _, picture in frames] == shown[: len(frames)]
    assert 80 - b_frames <= len(frames) == run.frames
    assert [moment for moment, _ in frames] == [n / 10 for n in range(len(frames))]
    assert (run.first_frame_at, run.lead_in_s) == (at(2.0), 0.35)
    assert run.last_frame_at == at(2.0 + (len(frames) - 1) / 10)
    assert (run.codec, run.width, run.height, done.gaps) == (codec, 160, 96, ())


def test_cut_books_what_each_source_gave(hour: list[Source]) -> None:
    (run,) = run_cut(hour, 2.35, 10.0)[0].runs
    assert [used.sha256 for used in run.sources] == [source.sha256 for source in hour]
    assert [(u.first_frame_at, u.last_frame_at, u.frames) for u in run.sources] == [
        (at(2.0), at(3.9), 20),
        (at(4.0), at(7.9), 40),
        (at(8.0), at(9.9), 20),
    ]


def test_cut_on_a_keyframe_has_no_lead_in(hour: list[Source]) -> None:
    done, files = run_cut(hour, 4.0, 6.0)
    assert (done.runs[0].lead_in_s, done.runs[0].first_frame_at) == (0.0, at(4.0))
    assert len(played(files[0])) == 20


def test_range_within_one_group_keeps_to_its_end(hour: list[Source]) -> None:
    done, files = run_cut(hour, 5.25, 5.65)
    (run,) = done.runs
    assert (run.first_frame_at, run.last_frame_at, run.frames) == (at(5.0), at(5.6), 7)
    assert len(played(files[0])) == 7


def test_break_makes_a_second_file_and_is_told(tmp_path: Path) -> None:
    shot = film(seconds=12)
    sources = [
        record(tmp_path, shot.part(0, 40), 0.0),
        record(tmp_path, shot.part(40, 80), 6.0),
        record(tmp_path, shot.part(80, 120), 10.03),
    ]
    done, files = run_cut(sources, -1.0, 20.0)
    assert [(run.first_frame_at, run.frames) for run in done.runs] == [(at(0), 40), (at(6), 80)]
    assert done.gaps == (Gap(at(-1), at(0)), Gap(at(4), at(6)), Gap(at(14.03), at(20)))
    assert [len(played(file)) for file in files] == [40, 80]


def test_start_inside_a_break_begins_at_the_next_recording(tmp_path: Path) -> None:
    shot = film(seconds=8)
    sources = [record(tmp_path, shot.part(n * 40, n * 40 + 40), n * 7.0) for n in range(2)]
    (run,) = run_cut(sources, 5.0, 9.0)[0].runs
    assert (run.first_frame_at, run.lead_in_s, run.frames) == (at(7.0), 0.0, 20)


def test_source_whose_frames_all_lie_before_the_start_gives_no_lead_in(hour: list[Source]) -> None:
    (run,) = run_cut(hour, 3.95, 6.0)[0].runs
    assert (run.first_frame_at, len(run.sources)) == (at(4.0), 2 - 1)


def test_changed_parameter_sets_make_a_second_file(tmp_path: Path) -> None:
    sources = [
        record(tmp_path, film(), 0.0),
        record(tmp_path, film(size=(96, 64)), 4.0),
    ]
    done, files = run_cut(sources, 0.0, 8.0)
    assert [(run.width, run.frames) for run in done.runs] == [(160, 40), (96, 40)]
    assert [len(played(file)) for file in files] == [40, 40]
    assert done.gaps == ()


@pytest.mark.parametrize("jitter", [-0.4, -0.06, 0.02, 0.3])
def test_segments_stamped_a_little_off_still_make_one_playable_file(
    tmp_path: Path, jitter: float
) -> None:
    shot = film(seconds=8, b_frames=2)
    sources = [
        record(tmp_path, shot.part(0, 40), 0.0),
        record(tmp_path, shot.part(40, 80), 4.0 + jitter),
    ]
    done, files = run_cut(sources, 0.0, 10.0)
    assert [run.frames for run in done.runs] == [80]
    assert [picture for _, picture in played(files[0])] == pictures(shot.units, "h264")
    assert done.runs[0].sources[1].first_frame_at == at(4.0 + jitter)


def test_pause_inside_a_segment_keeps_its_time_and_is_told(tmp_path: Path) -> None:
    shot = film(seconds=4)
    late = [replace(u, pts=u.pts + 135_000, dts=u.dts + 135_000) for u in shot.units[20:]]
    source = record(tmp_path, replace(shot, units=(*shot.units[:20], *late)))
    done, files = run_cut([source], 0.0, 6.0)
    (run,) = done.runs
    assert run.pauses == (Gap(at(1.9), at(3.5)),)
    assert [moment for moment, _ in played(files[0])][19:21] == [1.9, 3.5]


def test_slow_camera_has_no_pauses(tmp_path: Path) -> None:
    shot = film(seconds=2)
    first = shot.units[0].pts
    slow = [
        replace(u, pts=first + (u.pts - first) * 10, dts=first + (u.dts - first) * 10)
        for u in shot.units
    ]
    sources = [
        record(tmp_path, replace(shot, units=tuple(slow[:10])), 0.0),
        record(tmp_path, replace(shot, units=tuple(slow[10:])), 10.0),
    ]
    (run,) = run_cut(sources, 0.0, 20.0)[0].runs
    assert (run.pauses, run.frames, run.duration_s) == ((), 20, 20.0)


def test_range_without_recording_gives_no_file(hour: list[Source]) -> None:
    done, files = run_cut(hour, 100.0, 110.0)
    assert (done.runs, files, done.gaps) == ((), [], (Gap(at(100.0), at(110.0)),))


def test_one_changed_bit_in_a_source_stops_the_cut(hour: list[Source]) -> None:
    content = bytearray(hour[1].path.read_bytes())
    content[9000] ^= 1
    hour[1].path.write_bytes(content)
    with pytest.raises(HashMismatch):
        run_cut(hour, 0.0, 12.0)
    assert run_cut(hour, 0.0, 4.0)[0].runs[0].frames == 40


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_wrong_key_stops_the_cut(tmp_path: Path, codec: Codec) -> None:
    source = record(tmp_path, film(codec))
    with pytest.raises(FrameMismatch):
        run_cut([replace(source, key=new_key())], 0.0, 4.0)


def test_frame_count_that_differs_from_the_row_stops_the_cut(hour: list[Source]) -> None:
    with pytest.raises(FrameMismatch, match="41"):
        run_cut([replace(hour[0], frames=41)], 0.0, 1.0)


def test_progress_counts_bytes_and_cancel_stops(hour: list[Source], tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    with Spool(tmp_path / "x") as spool, pytest.raises(Cancelled):
        cut(
            hour,
            start=at(0),
            end=at(12),
            sink=lambda _: spool,
            progress=lambda done, total: heard.append((done, total)),
            cancelled=lambda: len(heard) == 2,
        )
    total = sum(source.bytes for source in hour)
    assert heard == [(hour[0].bytes, total), (hour[0].bytes + hour[1].bytes, total)]


def test_cut_into_a_spool_plays_and_is_never_clear_on_disk(
    hour: list[Source], tmp_path: Path
) -> None:
    with Spool(tmp_path / "x.spool") as spool:
        done = cut(hour, start=at(0), end=at(12), sink=lambda _: spool)
        on_disk = (tmp_path / "x.spool").read_bytes()
        assert not [box for box in (b"ftyp", b"moov", b"mdat") if box in on_disk]
        spool.seek(0)
        assert len(played(io.BytesIO(spool.read()))) == done.runs[0].frames == 120
