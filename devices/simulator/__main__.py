"""`python -m devices.simulator`: one virtual camera as a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from devices.simulator.camera import VirtualCamera

STOP = {signal.SIGTERM, signal.SIGINT}


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m devices.simulator", description="Kamera virtual: RTSP dan ONVIF."
    )
    parser.add_argument("--name", default="Kamera", help="nama yang tampil pada gambar")
    parser.add_argument("--host", default="127.0.0.1", help="alamat tempat mendengarkan")
    parser.add_argument("--port", type=int, default=8554, help="porta RTSP; 0: dipilihkan")
    parser.add_argument("--onvif-port", type=int, default=8080, help="porta ONVIF; 0: dipilihkan")
    parser.add_argument("--user", default="admin", help="nama akun kamera")
    parser.add_argument(
        "--password-env",
        default="",
        help="variabel berisi kata sandi; tanpa ini siapa pun boleh melihat",
    )
    parser.add_argument("--codec", choices=("h264", "h265"), default="h264")
    parser.add_argument("--file", type=Path, help="berkas MP4 yang diputar berulang")
    parser.add_argument("--fps", type=float, default=12.5, help="gambar per detik")
    parser.add_argument("--size", type=_size, default=(640, 360), help="misalnya 640x360")
    parser.add_argument("--gop", type=float, default=2.0, help="detik antara dua keyframe")
    parser.add_argument("--seed", type=int, default=0, help="membuat ruangan yang berbeda")
    parser.add_argument("--clock-error", type=float, default=0.0, help="kesalahan jam, detik")
    given = parser.parse_args(arguments)
    if given.codec == "h265" and given.file is None:
        parser.error("H.265 memerlukan --file.")
    given.password = os.environ.get(given.password_env, "")
    if given.password_env and not given.password:
        parser.error(f"Variabel {given.password_env} kosong: isi dengan kata sandi kamera.")
    return given


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    size = (int(width), int(height))
    if size[0] % 2 or size[1] % 2:
        raise ValueError("ganjil")
    return size


def camera(given: argparse.Namespace) -> VirtualCamera:
    """The camera as asked for. Raises ValueError or OSError when its file does not fit."""
    made = VirtualCamera(
        given.name,
        given.port,
        given.onvif_port,
        given.user if given.password else "",
        given.password,
        fps=given.fps,
        size=given.size,
        gop_s=given.gop,
        source=given.file,
        host=given.host,
        seed=given.seed,
        clock_error=given.clock_error,
    )
    if made.source.format.codec != given.codec:
        raise ValueError(f"video pada berkas itu bukan {given.codec}.")
    return made


def run(given: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit status."""
    # Blocked before any thread starts, so that only sigwait below sees them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP)
    try:
        with camera(given) as on:
            sys.stdout.write(f"kamera siap {given.name}: {on.rtsp_url} {on.onvif_url}\n")
            sys.stdout.flush()
            signal.sigwait(STOP)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Kamera {given.name} tidak dapat mulai: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run(options()))
