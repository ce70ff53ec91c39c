from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.media.spool import Spool, remove_leftovers
from recordings.media.template import stream_template
from tests.recordings.media.films import digest, film, pictures

if TYPE_CHECKING:
    from pathlib import Path


def test_film_muxed_into_a_spool_leaves_no_clear_box_on_disk_and_plays(tmp_path: Path) -> None:
    shot = film(b_frames=2)
    with Spool(tmp_path / "film.spool") as spool:
        with av.open(spool, "w", format="mp4") as out:
            stream = out.add_stream_from_template(stream_template("h264", shot.units[0].data))
            for unit in shot.units:
                packet = av.Packet(unit.data)
                packet.stream, packet.is_keyframe = stream, unit.keyframe
                packet.pts, packet.dts = unit.pts, unit.dts
                out.mux_one(packet)
        on_disk = (tmp_path / "film.spool").read_bytes()
        assert len(on_disk) == spool.size > 10_000
        assert not [box for box in (b"ftyp", b"moov", b"mdat", b"avc1") if box in on_disk]
        spool.seek(0)
        clear = spool.read()
        assert {box for box in (b"ftyp", b"moov", b"mdat") if box in clear} == {
            b"ftyp",
            b"moov",
            b"mdat",
        }
        spool.seek(0)
        with av.open(spool, "r", format="mp4") as back:
            assert [digest(f) for f in back.decode(video=0)] == pictures(shot.units, "h264")


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("seek"), st.integers(0, 3000)),
            st.tuples(st.just("write"), st.binary(max_size=200)),
            st.tuples(st.just("read"), st.integers(0, 300)),
        ),
        max_size=25,
    )
)
def test_spool_behaves_like_a_file_in_memory(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int | bytes]]
) -> None:
    model = io.BytesIO()
    with Spool(tmp_path_factory.mktemp("spool") / "x") as spool:
        for name, argument in steps:
            assert getattr(spool, name)(argument) == getattr(model, name)(argument)
            assert spool.tell() == model.tell()
        spool.seek(0)
        assert spool.read() == model.getvalue()
        assert spool.size == len(model.getvalue())


def test_spool_is_private_and_gone_when_closed(tmp_path: Path) -> None:
    path = tmp_path / "x"
    spool = Spool(path)
    spool.write(b"clear")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() != b"clear"
    spool.close()
    spool.close()
    assert not path.exists()


def test_spool_never_takes_over_an_existing_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(FileExistsError):
        Spool(tmp_path / "x")


def test_two_spools_hide_the_same_content_differently(tmp_path: Path) -> None:
    with Spool(tmp_path / "a") as one, Spool(tmp_path / "b") as other:
        one.write(bytes(1000))
        other.write(bytes(1000))
        assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_leftovers_of_killed_processes_go_and_a_spool_in_use_stays(tmp_path: Path) -> None:
    (tmp_path / "left.bin").write_bytes(b"noise")
    with Spool(tmp_path / "used.bin") as spool:
        spool.write(b"clear")
        assert remove_leftovers(tmp_path) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["used.bin"]
        spool.seek(0)
        assert spool.read() == b"clear"
