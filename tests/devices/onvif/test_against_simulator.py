"""The adapter against the camera of the demo, whose answers zeep writes from the WSDLs."""

from __future__ import annotations

import time

import pytest

from devices.onvif import Adapter, ErrorKind, OnvifError
from devices.simulator.camera import VirtualCamera


def adapter(cam: VirtualCamera, password: str | None = None) -> Adapter:
    word = cam.password if password is None else password
    return Adapter("127.0.0.1", cam.onvif_port, cam.username, word, timeout=2.0)


def test_virtual_camera_with_wrong_clock_and_foreign_address_is_understood() -> None:
    with VirtualCamera("Parkir", clock_error=-5_000.0, advertise="192.0.2.1") as cam:
        asking = adapter(cam)
        (profile,) = asking.profiles()
        assert (profile.codec, profile.width, profile.height) == ("h264", 640, 360)
        assert asking.stream_uri(profile.token) == cam.rtsp_url.replace("192.0.2.1", "127.0.0.1")
        assert asking.snapshot_uri(profile.token).startswith(f"http://127.0.0.1:{cam.onvif_port}/")
        assert asking.identity().manufacturer
        assert abs(asking.clock_error() + 5_000.0) < 1.0


def test_virtual_camera_refuses_a_wrong_password() -> None:
    with VirtualCamera("Parkir") as cam:
        with pytest.raises(OnvifError) as caught:
            adapter(cam, "salah").identity()
        assert caught.value.kind is ErrorKind.AUTH


def test_silent_virtual_camera_costs_one_timeout() -> None:
    with VirtualCamera("Parkir") as cam:
        cam.silent()
        began = time.monotonic()
        with pytest.raises(OnvifError) as caught:
            adapter(cam).profiles()
        cam.resume()
        assert caught.value.kind is ErrorKind.TIMEOUT
        assert time.monotonic() - began < 3.0
