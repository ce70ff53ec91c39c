"""What the portal learns from a lawful camera, and from lawful ones with known oddities."""

from __future__ import annotations

import threading
import time

import pytest

from devices.onvif import Adapter, ErrorKind, Identity, OnvifError, Profile
from tests.devices.onvif.scripted import (
    PASSWORD,
    USER,
    Asked,
    Camera,
    camera,
    capabilities_reply,
    clock_reply,
    fault,
    services_reply,
    soap,
    uri_reply,
)


def adapter(one: Camera, password: str = PASSWORD, timeout: float = 5.0) -> Adapter:
    return Adapter("127.0.0.1", one.port, USER, password, timeout=timeout)


def test_building_an_adapter_sends_nothing() -> None:
    with camera() as one:
        adapter(one)
        time.sleep(0.1)
    assert one.asked == []


def test_camera_tells_who_it_is_and_what_it_offers() -> None:
    with camera() as one:
        cam = adapter(one)
        assert cam.identity() == Identity("Pabrik", "K-1", "1.2", "0007")
        assert cam.services() == ("devicemgmt", "media", "media2", "search")
        assert cam.profiles() == (
            Profile("utama", "Utama", "h264", 1920, 1080, 25.0, 3500),
            Profile("hemat", "Hemat", "h265", 1920, 1080, 0.0, 0),
        )
    assert "CreatePullPointSubscription" not in one.operations


def test_clock_is_asked_once_and_without_a_login() -> None:
    with camera() as one:
        cam = adapter(one)
        cam.identity()
        cam.identity()
    assert one.operations == ["GetSystemDateAndTime"] + ["GetDeviceInformation"] * 2
    assert "UsernameToken" not in one.asked[0].body


@pytest.mark.parametrize("skew", [-86_400.0, 600.0])
def test_login_works_on_a_camera_with_a_wrong_clock(skew: float) -> None:
    with camera() as one:
        one.skew = skew
        cam = adapter(one)
        assert cam.identity().serial == "0007"
        assert abs(cam.clock_error() - skew) < 1.0


def test_login_survives_a_camera_that_sets_its_clock_meanwhile() -> None:
    with camera() as one:
        cam = adapter(one)
        cam.identity()
        one.skew = 7_200.0
        assert cam.identity().serial == "0007"


def test_wrong_password_is_tried_once_only() -> None:
    with camera() as one:
        with pytest.raises(OnvifError) as caught:
            adapter(one, "salah").identity()
        assert (caught.value.kind, caught.value.permanent) == (ErrorKind.AUTH, True)
    assert one.operations.count("GetDeviceInformation") == 1


def test_camera_that_signs_everything_tells_its_time_to_the_login() -> None:
    def strict(asked: Asked) -> bytes:
        if not asked.signed(time.time()):
            return fault("ter:NotAuthorized", "Sender not Authorized")
        if asked.operation == "GetSystemDateAndTime":
            return soap(clock_reply(time.time()))
        return one.good(asked)

    with camera(strict) as one:
        cam = adapter(one)
        assert abs(cam.clock_error()) < 1.0
        assert cam.identity().serial == "0007"


def test_foreign_addresses_lead_back_to_the_configured_camera() -> None:
    with camera() as one:
        one.xaddr_host = "192.0.2.9:1"
        cam = adapter(one)
        assert cam.profiles()[0].token == "utama"
        assert cam.stream_uri("utama") == "rtsp://127.0.0.1:8554/kanal/1?sub=0"
        assert cam.snapshot_uri("utama") == f"http://127.0.0.1:{one.port}/foto.jpg?k=1"
    assert one.asked[-1].path == "/onvif/Media"
    assert f"Host: 127.0.0.1:{one.port}" in one.asked[-1].head


@pytest.mark.parametrize(
    ("told", "pinned"),
    [
        ("rtsp://admin:rahasia@10.0.0.1/a", "rtsp://127.0.0.1:554/a"),
        ("RTSP://x:65535", "rtsp://127.0.0.1:65535/"),
        ("rtsp://x:1//b", "rtsp://127.0.0.1:1/b"),
    ],
)
def test_stream_address_keeps_port_and_path_only(told: str, pinned: str) -> None:
    with camera(lambda asked: _with_uri(one, asked, told)) as one:
        assert adapter(one).stream_uri("utama") == pinned


@pytest.mark.parametrize(
    "told",
    [
        "http://x/a",
        "rtsp://x:99999/a",
        "rtsp://x:0x5/a",
        "rtsp://x/a&#10;b",
        "rtsp://x/a b",
        "rtsp://x/\u00e9",
        "rtsp://[x/a",
        "rtsp://x/" + "a" * 2000,
    ],
)
def test_unusable_stream_address_is_refused(told: str) -> None:
    with camera(lambda asked: _with_uri(one, asked, told)) as one:
        with pytest.raises(OnvifError) as caught:
            adapter(one).stream_uri("utama")
        assert caught.value.kind is ErrorKind.ADDRESS


def _with_uri(one: Camera, asked: Asked, told: str) -> bytes:
    if asked.operation == "GetStreamUri":
        return soap(uri_reply("Stream", told))
    return one.good(asked)


def test_old_camera_tells_replay_services_in_the_extension() -> None:
    def old(asked: Asked) -> bytes:
        if asked.operation == "GetCapabilities":
            return soap(capabilities_reply("192.0.2.9"))
        if asked.operation == "GetServices":
            return fault("ter:ActionNotSupported", "Optional Action Not Implemented")
        return one.good(asked)

    with camera(old) as one:
        cam = adapter(one)
        assert cam.services() == ("devicemgmt", "media", "recording", "replay", "search")
        assert len(cam.profiles()) == 2


def test_missing_service_is_told_as_not_supported() -> None:
    def bare(asked: Asked) -> bytes:
        if asked.operation == "GetServices":
            return soap(services_reply("x").replace("ver10/media", "ver10/lain"))
        return one.good(asked)

    with camera(bare) as one:
        with pytest.raises(OnvifError) as caught:
            adapter(one).profiles()
        assert (caught.value.kind, caught.value.permanent) == (ErrorKind.NOT_SUPPORTED, True)


def test_anonymous_camera_is_asked_without_any_login() -> None:
    def open_to_all(asked: Asked) -> bytes:
        assert "Security" not in asked.body
        return soap(services_reply("x"))

    with camera(open_to_all) as one:
        assert "media" in Adapter("127.0.0.1", one.port, "", "").services()
    assert one.operations == ["GetServices"]


def test_threads_share_one_adapter_while_the_clock_is_wrong() -> None:
    failures: list[BaseException] = []

    def ask(cam: Adapter) -> None:
        try:
            for _ in range(10):
                cam.identity()
        except OnvifError as error:
            failures.append(error)

    with camera() as one:
        one.skew = -3_000.0
        cam = adapter(one)
        threads = [threading.Thread(target=ask, args=(cam,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert one.operations.count("GetDeviceInformation") == 80
