"""Adding a camera as an officer does: what answers is said, and the password shows nowhere."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.errors import Refused
from devices.models import Camera, Device
from devices.services.cameras import Address, add_camera, probe, set_credential
from devices.simulator import VirtualCamera
from recordings.models import RecordingPlan
from tests.factories import accounts
from tests.factories.devices import RoomFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
SECRET = "rahasia-kamera-7"


def http(camera: VirtualCamera) -> Address:
    return Address(camera.onvif_url.rsplit("/onvif", 1)[0], "admin", SECRET)


def test_a_camera_is_added_by_its_onvif_address() -> None:
    with VirtualCamera("Parkir", password=SECRET) as virtual:
        camera = add_camera(
            name="Parkir", room=RoomFactory(), address=http(virtual), by=accounts.officer()
        )
    assert (camera.codec, camera.width, camera.height) == ("h264", 640, 360)
    assert camera.device.password == SECRET
    assert abs(camera.device.clock_error_s or 0) < 2
    assert RecordingPlan.objects.get(camera=camera).volume.node == "node-1"


def test_the_password_lies_nowhere_readable(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with VirtualCamera("Parkir", password=SECRET) as virtual:
        add_camera(name="Parkir", room=RoomFactory(), address=http(virtual), by=SYSTEM)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')  # noqa: S608 - our own table names
            assert SECRET not in str(cursor.fetchall())
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("rtsp://127.0.0.1:1/live", "tidak"),
        ("http://127.0.0.1:1", "tidak terhubung"),
        ("ftp://kamera", "Tulis alamat"),
        ("http://admin:x@127.0.0.1:80", "tanpa kata sandi"),
    ],
)
def test_what_cannot_be_added_is_said(url: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        add_camera(name="X", room=RoomFactory(), address=Address(url, "admin", SECRET), by=SYSTEM)
    assert not Device.objects.exists()
    assert not Camera.objects.exists()


def test_a_wrong_password_is_said_without_it() -> None:
    with VirtualCamera("Parkir", password="lain") as virtual:
        found = probe(address=Address(virtual.rtsp_url, "admin", SECRET), by=SYSTEM)
    assert not found.ok
    assert SECRET not in json.dumps(found.to_json())


def test_the_probe_command_prints_json_and_fails_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = io.StringIO()
    with VirtualCamera("Parkir", password=SECRET) as virtual:
        monkeypatch.setattr("sys.stdin", io.StringIO(SECRET + "\n"))
        call_command(
            "probe_camera", virtual.rtsp_url, user="admin", password_stdin=True, stdout=out
        )
    assert json.loads(out.getvalue())["ok"] is True
    with pytest.raises(SystemExit):
        call_command("probe_camera", "rtsp://127.0.0.1:1/live", stdout=out)


def test_the_add_command_says_why_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="tidak"):
        call_command("add_camera", "Parkir", "rtsp://127.0.0.1:1/x", room="Halaman")


def test_a_new_account_replaces_the_old_one() -> None:
    with VirtualCamera("Parkir", password=SECRET) as virtual:
        camera = add_camera(name="Parkir", room=RoomFactory(), address=http(virtual), by=SYSTEM)
    device = set_credential(camera.device, username="admin", password="baru", by=accounts.officer())
    assert device.password == "baru"
