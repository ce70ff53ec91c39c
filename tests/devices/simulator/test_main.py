from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devices.simulator.__main__ import options
from tests.devices.simulator.peer import Peer
from tests.devices.simulator.watching import watching

COMMAND = [sys.executable, "-m", "devices.simulator"]
FREE = ["--port", "0", "--onvif-port", "0"]


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "--name", "Parkir", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


def address(process: subprocess.Popen[str]) -> str:
    """The stream's address, from the line that says ready."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("kamera siap Parkir: rtsp://127.0.0.1:")
    return line.split()[3]


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_camera_stops_cleanly_while_it_is_watched(signum: signal.Signals) -> None:
    with start(*FREE) as process, Peer(address(process)) as peer:
        peer.play()
        peer.packet()
        begun = time.monotonic()
        process.send_signal(signum)
        out, err = process.communicate(timeout=5)
    assert (process.returncode, out, err) == (0, "", "")
    assert time.monotonic() - begun < 2.0  # the machine may be busy


@pytest.mark.slow
def test_camera_needs_little_of_one_core() -> None:
    with start(*FREE) as process:
        with watching(address(process)) as stream:
            packets = stream.demux(video=0)
            next(packets)
            used, begun = cpu_seconds(process.pid), time.monotonic()
            while time.monotonic() < begun + 30:
                next(packets)
            share = (cpu_seconds(process.pid) - used) / (time.monotonic() - begun)
        process.terminate()
        process.communicate(timeout=5)
    assert share < 0.05


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_password_comes_from_the_environment() -> None:
    arguments = ["--user", "kepala", "--password-env", "SANDI_KAMERA"]
    with start(*FREE, *arguments, SANDI_KAMERA="rahasia") as process:
        with Peer(address(process), "kepala", "rahasia") as peer:
            assert peer.log_in().status == 200
        process.terminate()
        process.communicate(timeout=5)


def test_h265_file_is_served(h265_loop: Path) -> None:
    with start(*FREE, "--codec", "h265", "--file", str(h265_loop)) as process:
        with watching(address(process)) as stream:
            assert stream.streams.video[0].codec_context.name == "hevc"
        process.terminate()
        process.communicate(timeout=5)


def test_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with start("--port", port, "--onvif-port", "0") as process:
            out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("Kamera Parkir tidak dapat mulai: ")
    assert "Traceback" not in err


def test_file_of_another_codec_is_told(h265_loop: Path) -> None:
    with start(*FREE, "--file", str(h265_loop)) as process:
        _, err = process.communicate(timeout=10)
    assert (process.returncode, "bukan h264" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--codec", "h265"], "memerlukan --file"),
        (["--password-env", "TIDAK_ADA"], "TIDAK_ADA kosong"),
        (["--size", "641x360"], "641x360"),
        (["--size", "besar"], "besar"),
    ],
)
def test_wrong_option_is_told(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        options(arguments)
    assert sentence in capsys.readouterr().err
