from __future__ import annotations

import os
import socket
import time
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import av
import pytest

from devices.simulator import LoopServer, make_loop
from tests.devices.simulator.peer import Peer, Report
from tests.devices.simulator.watching import seen, watching

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_loop_has_the_rate_and_codec_asked_for(
    codec: str, h264_loop: Path, h265_loop: Path
) -> None:
    path, rate = (h264_loop, 3_000_000) if codec == "h264" else (h265_loop, 400_000)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    assert stream.codec_context.name == {"h264": "h264", "h265": "hevc"}[codec]
    assert [k for k, packet in enumerate(packets) if packet.is_keyframe] == [0, 25]
    assert path.stat().st_size * 8 / 2 == pytest.approx(rate, rel=0.35)


def test_loop_that_is_there_is_not_made_again(h264_loop: Path) -> None:
    before = h264_loop.stat().st_mtime_ns
    again = make_loop(h264_loop.parent, size=(640, 360), bitrate=3_000_000, seconds=2, gop_s=1)
    assert (again, again.stat().st_mtime_ns) == (h264_loop, before)


def test_mounts_play_different_files_with_a_login(h264_loop: Path, h265_loop: Path) -> None:
    with LoopServer([h264_loop, h265_loop], 3, username="admin", password="buka") as server:
        names = []
        for index in range(3):
            url = server.url(index).replace("://", "://admin:buka@")
            with watching(url) as stream:
                names.append(stream.streams.video[0].codec_context.name)
                assert len(seen(stream, 2)) == 2
        with Peer(server.url(3), "admin", "buka") as peer:
            assert peer.log_in().status == 404
    assert names == ["h264", "hevc", "h264"]


def test_loop_goes_on_without_a_seam(h264_loop: Path) -> None:
    with LoopServer(h264_loop, 1) as server, watching(server.url(0)) as stream:
        packets = list(islice(stream.demux(video=0), 70))[1:]
    steps = {(b.pts or 0) - (a.pts or 0) for a, b in pairwise(packets)}
    assert steps == {3600}
    assert not any(packet.is_corrupt for packet in packets)


def test_keyframes_of_the_mounts_are_spread(h264_loop: Path) -> None:
    with LoopServer(h264_loop, 4) as server:
        firsts = []
        for index in range(4):
            with Peer(server.url(index)) as peer:
                peer.play()
                _, packet = peer.packet()
                report = Report.read(packet)
                assert abs(time.time() - report.unix) < 0.3
                firsts.append(report.unix)
    phases = [(at - firsts[0]) % 1 for at in firsts]
    assert phases == pytest.approx([0, 0.24, 0.48, 0.72], abs=0.01)


def test_slow_client_skips_to_a_keyframe_and_hinders_nobody(h264_loop: Path) -> None:
    with LoopServer(h264_loop, 1, backlog=50_000) as server:
        slow = Peer(server.url(0))
        slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        with slow, watching(server.url(0)) as stream:
            slow.play()
            counters = [picture.stamp.counter for picture in seen(stream, 100)]
            assert counters == [(counters[0] + k) % 50 for k in range(100)]
            numbers: list[tuple[int, int]] = []
            while not _skipped(numbers):
                channel, packet = slow.packet()
                if channel == 0:
                    numbers.append((int.from_bytes(packet[2:4], "big"), packet[12] & 31))
    assert numbers[-1][1] == 7  # goes on with the parameter sets in front of a keyframe


def _skipped(numbers: list[tuple[int, int]]) -> bool:
    return len(numbers) > 1 and (numbers[-1][0] - numbers[-2][0]) % 65_536 != 1


def test_file_that_is_no_video_of_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acak.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(160, 120, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(ValueError, match=r"bukan H\.264"):
        LoopServer(path)


def test_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acak.mp4"
    path.write_bytes(os.urandom(5000))
    with pytest.raises(av.error.InvalidDataError):
        LoopServer(path)
