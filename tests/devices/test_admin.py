"""Registers of rooms, keys, devices and cameras, with a virtual camera at the other end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from cctvportal.audit.models import Entry
from cctvportal.common.errors import Refused
from devices.models import Camera, Device, Room, RoomKey
from devices.services.cameras import change_camera
from devices.simulator import VirtualCamera
from tests.factories import accounts
from tests.factories.devices import CameraFactory, DeviceFactory, RoomFactory, RoomKeyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SECRET = "rahasia-kamera-7"


@pytest.fixture
def desk() -> Client:
    return logged_in(accounts.officer())


@pytest.fixture
def camera() -> Iterator[VirtualCamera]:
    with VirtualCamera("Lobi Contoh", username="admin", password=SECRET, size=(160, 96)) as one:
        yield one


def logged_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def url(name: str, *args: object) -> str:
    return reverse(f"admin:{name}", args=args)


def new(camera: VirtualCamera, **given: Any) -> dict[str, Any]:
    facts = {
        "name": "Lobi timur",
        "room": RoomFactory().pk,
        "url": camera.rtsp_url,
        "username": "admin",
        "password": SECRET,
    }
    return {**facts, **given}


def test_new_camera_that_answers_is_saved_with_a_sealed_password(
    desk: Client, camera: VirtualCamera
) -> None:
    answer = desk.post(url("camera_new"), new(camera), follow=True)
    assert "Kamera Lobi timur ditambahkan dan mulai direkam." in text(answer)
    device = Device.objects.get()
    assert device.password == SECRET
    assert SECRET.encode() not in bytes(device.password_sealed)
    assert Camera.objects.get().codec == "h264"
    assert SECRET not in "".join(str(entry.facts) for entry in Entry.objects.all())


def test_new_camera_with_a_wrong_password_saves_nothing_and_never_echoes_it(
    desk: Client, camera: VirtualCamera
) -> None:
    wrong = "kata-sandi-salah"
    answer = desk.post(url("camera_new"), new(camera, password=wrong))
    assert "Kamera menolak nama pengguna atau kata sandi." in text(answer)
    assert "password" in answer.context["form"].errors
    assert "Ketik lagi kata sandinya" in text(answer)
    assert 'value="Lobi timur"' in answer.content.decode()
    assert wrong not in answer.content.decode()
    assert not Device.objects.exists()


def test_new_camera_address_with_an_account_in_it_is_refused(
    desk: Client, camera: VirtualCamera
) -> None:
    sent = new(camera, url=f"rtsp://admin:{SECRET}@127.0.0.1:8554/a")
    answer = desk.post(url("camera_new"), sent)
    assert "Tulis alamat tanpa nama pengguna dan kata sandi." in text(answer)
    assert not Device.objects.exists()


@pytest.mark.parametrize("path", ["", "/salah"])
def test_new_camera_by_onvif_that_refuses_is_told_without_its_codes(
    desk: Client, camera: VirtualCamera, path: str
) -> None:
    camera.refuse_auth()
    place = camera.onvif_url.partition("/onvif")[0]
    said = text(desk.post(url("camera_new"), new(camera, url=f"{place}{path}")))
    assert "Kamera menolak nama pengguna atau kata sandi ini; periksa, lalu ketik lagi." in said
    assert "NotAuthorized" not in said
    assert "HTTP" not in said.replace("http://", "")


def test_new_camera_that_is_not_there_says_what_to_look_at(desk: Client) -> None:
    sent = {"name": "Lobi", "room": RoomFactory().pk, "url": "rtsp://127.0.0.1:9/jalur"}
    said = text(desk.post(url("camera_new"), sent))
    assert "Kamera tidak dapat dihubungi. Periksa kabel, daya, dan alamatnya." in said


def test_command_for_a_camera_that_does_not_answer_leaves_no_room_behind() -> None:
    with pytest.raises(CommandError, match="Periksa kabel"):
        call_command("add_camera", "Lobi", "rtsp://127.0.0.1:9/jalur", room="Ruang Contoh")
    assert not Room.objects.exists()


def test_new_camera_of_a_known_name_is_refused_before_it_is_asked(
    desk: Client, camera: VirtualCamera
) -> None:
    DeviceFactory(name="Lobi timur")
    assert "Nama ini sudah dipakai." in text(desk.post(url("camera_new"), new(camera)))


def test_try_tells_what_answers_and_saves_nothing(desk: Client, camera: VirtualCamera) -> None:
    sent = new(camera, name="", room="")
    answer = desk.post(url("camera_try"), sent, headers={"HX-Request": "true"})
    assert "Tersambung: H264, 160 x 96" in text(answer)
    assert "<html" not in answer.content.decode()
    assert not Device.objects.exists()


def test_try_by_onvif_tells_the_maker(desk: Client, camera: VirtualCamera) -> None:
    sent = new(camera, url=camera.onvif_url.partition("/onvif")[0])
    assert "Tersambung: H264" in text(desk.post(url("camera_try"), sent))


def test_try_without_scripts_is_the_whole_page_without_the_password(
    desk: Client, camera: VirtualCamera
) -> None:
    camera.refuse_auth()
    page = desk.post(url("camera_try"), new(camera)).content.decode()
    assert 'value="Lobi timur"' in page
    assert "alert-danger" in page
    assert SECRET not in page
    assert desk.get(url("camera_try")).status_code == 405


def test_try_of_an_address_that_is_none_says_how_to_write_one(desk: Client) -> None:
    answer = desk.post(url("camera_try"), {"url": "ftp://kamera"}, headers={"HX-Request": "true"})
    assert "Tulis alamat seperti http://" in text(answer)


def test_stock_add_pages_lead_to_the_form_that_asks_the_camera(desk: Client) -> None:
    for model in ("device", "camera"):
        assert desk.get(url(f"devices_{model}_add"))["Location"] == url("camera_new")


def test_device_without_a_password_moves_its_cameras(desk: Client) -> None:
    device = DeviceFactory(host="127.0.0.1", rtsp_port=8554)
    Device.objects.filter(pk=device.pk).update(username="admin")
    camera = CameraFactory(device=device, stream_url="rtsp://127.0.0.1:8554/cam")
    Device.objects.get(pk=device.pk)
    answer = desk.post(url("devices_device_change", device.pk), changed(device, host="127.0.0.9"))
    assert answer.status_code == 302, text(answer)
    camera.refresh_from_db()
    assert camera.stream_url == "rtsp://127.0.0.9:8554/cam"


def sealed(**given: Any) -> Device:
    device = DeviceFactory(host="127.0.0.1", rtsp_port=8554, **given)
    device.password = SECRET
    device.save()
    return device


@pytest.mark.parametrize("to", [{"host": "127.0.0.9"}, {"rtsp_port": 9}, {"onvif_port": 9}])
def test_device_takes_its_password_to_no_new_address(desk: Client, to: dict[str, Any]) -> None:
    device = sealed(username="admin")
    camera = CameraFactory(device=device, stream_url="rtsp://127.0.0.1:8554/cam")
    where = url("devices_device_change", device.pk)
    assert "ketik kata sandi perangkat lagi" in text(desk.post(where, changed(device, **to)))
    camera.refresh_from_db()
    assert camera.stream_url == "rtsp://127.0.0.1:8554/cam"
    desk.post(where, changed(device, new_password="lain", **to))
    device = Device.objects.get(pk=device.pk)
    assert device.password == "lain"
    told = Entry.objects.get(action="device.changed").facts["address"]
    assert told == [{**told[0]}, {**told[0], **to}]


def test_camera_address_is_not_typed_into_the_register(desk: Client) -> None:
    camera = CameraFactory()
    sent = {"name": camera.name, "room": camera.room_id, "priority": 1, "enabled": "on"}
    where = url("devices_camera_change", camera.pk)
    desk.post(where, {**sent, "stream_url": "rtsp://10.9.8.7/x"})
    assert Camera.objects.get(pk=camera.pk).stream_url == camera.stream_url
    assert 'name="stream_url"' not in desk.get(where).content.decode()


def test_camera_moves_on_its_device_only_with_the_password_that_opens_it(
    desk: Client, camera: VirtualCamera
) -> None:
    desk.post(url("camera_new"), new(camera))
    row = Camera.objects.get()
    where = url("camera_move", row.pk)
    elsewhere = {"url": "rtsp://10.9.8.7:554/x", "password": SECRET}
    assert "Ubah dahulu di Perangkat" in text(desk.post(where, elsewhere))
    wrong = desk.post(where, {"url": camera.rtsp_url, "password": "salah"})
    assert "kata sandi" in text(wrong).lower()
    assert not Entry.objects.filter(action="camera.moved").exists()
    sent = {"url": camera.rtsp_url, "password": SECRET}
    assert "diubah." in text(desk.post(where, sent, follow=True))
    told = Entry.objects.get(action="camera.moved").facts["address"]
    assert told[0].startswith("127.0.0.1:")
    assert SECRET not in str(told)


@pytest.mark.parametrize("address", ["rtsp://10.9.8.7/x", "http://127.0.0.1/x"])
def test_camera_on_another_host_than_its_device_is_never_saved(address: str) -> None:
    camera = CameraFactory()
    camera.stream_url = address
    with pytest.raises(ValidationError):
        camera.full_clean()
    with pytest.raises(Refused):
        change_camera(camera, by=accounts.officer())


def test_password_in_a_path_does_not_reach_the_book() -> None:
    camera = CameraFactory(stream_url=f"rtsp://127.0.0.1/user=a&password={SECRET}&x=1?q={SECRET}")
    assert camera.told_address == "127.0.0.1:554/..."


def changed(device: Device, **given: Any) -> dict[str, Any]:
    facts = {
        "name": device.name,
        "host": device.host,
        "onvif_port": device.onvif_port,
        "rtsp_port": device.rtsp_port,
        "username": "admin",
        "new_password": "",
        "cameras-TOTAL_FORMS": 0,
        "cameras-INITIAL_FORMS": 0,
    }
    return {**facts, **given}


def test_device_password_is_written_and_never_read(desk: Client) -> None:
    device = DeviceFactory()
    where = url("devices_device_change", device.pk)
    desk.post(where, changed(device, new_password=SECRET))
    device.refresh_from_db()
    assert device.password == SECRET
    desk.post(where, changed(device))
    device.refresh_from_db()
    assert device.password == SECRET
    assert SECRET not in desk.get(where).content.decode()


def test_device_host_that_is_none_keeps_what_was_typed(desk: Client) -> None:
    device = CameraFactory(stream_url="rtsp://127.0.0.1:554/a").device
    answer = desk.post(url("devices_device_change", device.pk), changed(device, host="a b"))
    assert "Nama host kamera tidak sah." in text(answer)
    assert 'value="a b"' in answer.content.decode()
    device.refresh_from_db()
    assert device.host == "127.0.0.1"


def test_device_is_tried_with_its_own_account(desk: Client, camera: VirtualCamera) -> None:
    desk.post(url("camera_new"), new(camera))
    device = Device.objects.get()
    answer = desk.post(url("devices_device_probe", device.pk), follow=True)
    assert "Tersambung: H264" in text(answer)
    camera.refuse_auth()
    answer = desk.post(url("devices_device_probe", device.pk), follow=True)
    assert "Tersambung" not in text(answer)
    assert desk.get(url("devices_device_probe", device.pk)).status_code == 405


def test_camera_is_renamed_and_switched_off(desk: Client) -> None:
    camera = CameraFactory()
    sent = {
        "name": "Lorong barat",
        "room": camera.room_id,
        "stream_url": camera.stream_url,
        "priority": 1,
    }
    desk.post(url("devices_camera_change", camera.pk), sent)
    camera.refresh_from_db()
    assert (camera.name, camera.enabled, camera.priority) == ("Lorong barat", False, 1)
    assert Entry.objects.filter(action="camera.changed").exists()


def test_columns_have_the_words_of_the_office(desk: Client) -> None:
    camera = CameraFactory()
    for name, args in (("changelist", ()), ("change", (camera.pk,))):
        said = text(desk.get(url(f"devices_camera_{name}", *args)))
        assert camera.device.name in said
        assert "Perangkat" in said
        assert "Device" not in said.replace(camera.device.name, "")


def test_camera_is_removed_for_good(desk: Client) -> None:
    camera = CameraFactory()
    where = url("camera_remove", camera.pk)
    assert "untuk seterusnya?" in text(desk.get(where))
    assert "dilepas." in text(desk.post(where, follow=True))
    assert "sudah dilepas pada" in text(desk.get(where))
    assert "Kamera ini sudah dilepas." in text(desk.post(where))
    page = desk.get(url("devices_camera_change", camera.pk)).content.decode()
    assert 'name="_save"' not in page
    assert desk.get(url("camera_remove", 0)).status_code == 404


def test_rooms_and_keys_are_saved_by_their_services(desk: Client) -> None:
    desk.post(url("devices_room_add"), {"name": "Ruang Rekaman", "location": "Lantai 2"})
    room = Room.objects.get()
    desk.post(url("devices_room_change", room.pk), {"name": "Ruang Rekam", "location": ""})
    desk.post(url("devices_roomkey_add"), {"label": "RR-1", "room": room.pk})
    key = RoomKey.objects.get()
    sent = {"label": "RR-1", "room": room.pk, "retired": "on"}
    desk.post(url("devices_roomkey_change", key.pk), sent)
    key.refresh_from_db()
    assert key.retired
    told = Entry.objects.order_by("serial").values_list("action", flat=True)
    assert list(told)[-4:] == ["room.added", "room.changed", "roomkey.added", "roomkey.changed"]


def test_it_admin_sees_devices_and_no_keys() -> None:
    client = logged_in(accounts.it_admin())
    for model in ("room", "device", "camera"):
        assert client.get(url(f"devices_{model}_changelist")).status_code == 200
    assert client.get(url("devices_roomkey_changelist")).status_code in {403, 404}


def test_nothing_is_ever_deleted(desk: Client) -> None:
    rows = (RoomFactory(), RoomKeyFactory(), DeviceFactory(), CameraFactory())
    for row in rows:
        where = url(f"devices_{type(row).__name__.lower()}_delete", row.pk)
        assert desk.post(where, {"post": "yes"}).status_code in {403, 404}
        assert type(row).objects.filter(pk=row.pk).exists()
