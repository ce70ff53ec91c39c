from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import onvif
import pytest
import requests
from lxml import etree
from requests.auth import HTTPDigestAuth
from zeep.exceptions import Fault

from devices.simulator import VirtualCamera, strip

if TYPE_CHECKING:
    from pathlib import Path

SOAP = "{http://www.w3.org/2003/05/soap-envelope}"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
NOT_AUTHORIZED = (400, ["s:Sender", "ter:NotAuthorized"])
UNICAST = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


@dataclass(frozen=True, slots=True)
class Token:
    """A user name token as sent; what is empty is made as it should be."""

    username: str = "admin"
    password: str = ""
    age: float = 0.0
    nonce: bytes = b"0123456789abcdef"

    def render(self, password: str) -> str:
        created = datetime.fromtimestamp(time.time() - self.age, UTC).strftime("%FT%TZ")
        whole = self.nonce + created.encode() + (self.password or password).encode()
        digest = base64.b64encode(hashlib.sha1(whole, usedforsecurity=False).digest()).decode()
        nonce = base64.b64encode(self.nonce).decode()
        return (
            f'<w:Security xmlns:w="{OASIS}secext-1.0.xsd" xmlns:u="{OASIS}utility-1.0.xsd">'
            f"<w:UsernameToken><w:Username>{self.username}</w:Username>"
            f"<w:Password>{digest}</w:Password><w:Nonce>{nonce}</w:Nonce>"
            f"<u:Created>{created}</u:Created></w:UsernameToken></w:Security>"
        )


def call(camera: VirtualCamera, name: str, token: Token | None = None) -> tuple[int, list[str]]:
    """Status and fault codes of a request written by hand."""
    return post(camera, envelope(name, token.render(camera.password) if token else ""))


def envelope(name: str, header: str = "") -> str:
    return (
        f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Header>{header}</s:Header>'
        f'<s:Body><d:{name} xmlns:d="{DEVICE}"/></s:Body></s:Envelope>'
    )


def post(camera: VirtualCamera, text: str) -> tuple[int, list[str]]:
    answer = requests.post(camera.onvif_url, data=text.encode(), timeout=5)
    if not answer.headers["Content-Type"].startswith("application/soap+xml"):
        return answer.status_code, []
    values = etree.fromstring(answer.content).iter(f"{SOAP}Value")
    return answer.status_code, [value.text or "" for value in values]


def client(camera: VirtualCamera, password: str = "") -> Any:
    return onvif.ONVIFCamera(
        "127.0.0.1", camera.onvif_port, "admin", password or camera.password, no_cache=True
    )


def test_onvif_zeep_learns_all_about_the_camera(camera: VirtualCamera) -> None:
    device = client(camera)
    facts = device.devicemgmt.GetDeviceInformation()
    services = device.devicemgmt.GetServices({"IncludeCapability": False})
    media = device.create_media_service()
    (profile,) = media.GetProfiles()
    token = {"ProfileToken": profile.token}
    encoder = profile.VideoEncoderConfiguration
    assert (facts.Model, facts.SerialNumber) == ("Kamera Virtual", "Parkir Utara")
    assert len(services) == 2
    assert (encoder.Encoding, encoder.Resolution.Width, encoder.Resolution.Height) == (
        "H264",
        640,
        360,
    )
    assert media.GetStreamUri({"StreamSetup": UNICAST, **token}).Uri == camera.rtsp_url
    snapshot = f"http://127.0.0.1:{camera.onvif_port}/snapshot.jpg"
    assert media.GetSnapshotUri(token).Uri == snapshot
    with pytest.raises(onvif.ONVIFError, match=r"NoProfile|InvalidArgVal"):
        media.GetStreamUri({"StreamSetup": UNICAST, "ProfileToken": "lain"})


def test_onvif_zeep_with_a_wrong_password_is_refused(camera: VirtualCamera) -> None:
    device = client(camera, "salah")
    with pytest.raises(onvif.ONVIFError) as caught:
        device.devicemgmt.GetDeviceInformation()
    assert isinstance(caught.value.__context__, Fault)


def test_clock_is_the_cameras_own() -> None:
    with VirtualCamera("Lobi", clock_error=600) as camera:
        manager = client(camera).devicemgmt
        told = camera_time(manager.GetSystemDateAndTime().UTCDateTime)
        assert told - time.time() == pytest.approx(600, abs=2)
        # A token of the right time is ten minutes late for this camera.
        assert call(camera, "GetDeviceInformation", Token()) == NOT_AUTHORIZED
        assert call(camera, "GetDeviceInformation", Token(age=-600))[0] == 200


def camera_time(told: Any) -> float:
    day, clock = told.Date, told.Time
    at = datetime(day.Year, day.Month, day.Day, clock.Hour, clock.Minute, clock.Second, tzinfo=UTC)
    return at.timestamp()


def test_advertised_host_is_what_the_answers_name() -> None:
    with VirtualCamera("Lobi", username="", advertise="192.0.2.7") as camera:
        answer = requests.post(camera.onvif_url, data=envelope("GetServices"), timeout=5)
    addresses = [e.text or "" for e in etree.fromstring(answer.content).iter("{*}XAddr")]
    assert len(addresses) == 2
    assert all(address.startswith("http://192.0.2.7:") for address in addresses)


@pytest.mark.parametrize(
    "token",
    [
        None,
        Token(username="tamu"),
        Token(password="salah"),
        Token(age=61),
        Token(age=-61),
        Token(nonce=b""),
    ],
)
def test_request_without_a_good_token_is_refused(
    camera: VirtualCamera, token: Token | None
) -> None:
    assert call(camera, "GetDeviceInformation", token) == NOT_AUTHORIZED


def test_token_is_good_once(camera: VirtualCamera) -> None:
    token = Token()
    assert call(camera, "GetDeviceInformation", token)[0] == 200
    assert call(camera, "GetDeviceInformation", token) == NOT_AUTHORIZED
    assert call(camera, "GetDeviceInformation", Token(nonce=b"x" * 16))[0] == 200


@pytest.mark.parametrize("name", ["GetSystemDateAndTime", "GetServices", "GetCapabilities"])
def test_first_questions_need_no_login(camera: VirtualCamera, name: str) -> None:
    assert call(camera, name)[0] == 200


def test_unknown_operation_is_not_supported(camera: VirtualCamera) -> None:
    status, codes = call(camera, "GetHostname", Token())
    assert (status, codes) == (500, ["s:Receiver", "ter:ActionNotSupported"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<a>",
        "<a/>",
        f'<s:Envelope xmlns:s="{SOAP[1:-1]}"><s:Body/></s:Envelope>',
    ],
)
def test_broken_envelope_is_not_well_formed(camera: VirtualCamera, text: str) -> None:
    assert post(camera, text) == (400, ["s:Sender", "ter:WellFormed"])


def test_huge_request_is_refused(camera: VirtualCamera) -> None:
    assert post(camera, "x" * 70_000) == (413, [])


def test_refused_login_holds_for_onvif_too(camera: VirtualCamera) -> None:
    camera.refuse_auth()
    assert call(camera, "GetDeviceInformation", Token()) == NOT_AUTHORIZED


def test_silent_camera_says_nothing(camera: VirtualCamera) -> None:
    camera.silent()
    with pytest.raises(requests.ReadTimeout):
        requests.post(camera.onvif_url, data=b"", timeout=0.4)


def test_account_made_by_onvif_opens_camera_until_it_is_deleted(camera: VirtualCamera) -> None:
    manager = client(camera).devicemgmt
    user = {"Username": "tamu", "Password": "Sandi123", "UserLevel": "User"}
    manager.CreateUsers({"User": [user]})
    assert [u.Username for u in manager.GetUsers()] == ["admin", "tamu"]
    assert snapshot(camera, "tamu", "Sandi123").status_code == 200
    with pytest.raises(onvif.ONVIFError, match=r"UsernameClash|OperationProhibited"):
        manager.CreateUsers({"User": [user]})
    manager.SetUser({"User": [user | {"Password": "Baru1234"}]})
    assert snapshot(camera, "tamu", "Sandi123").status_code == 401
    manager.DeleteUsers({"Username": ["tamu"]})
    assert snapshot(camera, "tamu", "Baru1234").status_code == 401


def snapshot(camera: VirtualCamera, name: str, password: str) -> requests.Response:
    url = f"http://127.0.0.1:{camera.onvif_port}/snapshot.jpg"
    return requests.get(url, auth=HTTPDigestAuth(name, password), timeout=5)


def test_snapshot_is_the_picture_of_this_moment(camera: VirtualCamera) -> None:
    answer = snapshot(camera, "admin", camera.password)
    assert answer.headers["Content-Type"] == "image/jpeg"
    image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    stamp = strip.decode(np.asarray(image, np.uint8))
    assert 0 <= time.time() - stamp.seconds < 0.3


def test_snapshot_needs_a_login(camera: VirtualCamera) -> None:
    assert snapshot(camera, "admin", "salah").status_code == 401


def test_snapshot_of_a_file_is_a_picture(h265_loop: Path) -> None:
    with VirtualCamera("Gudang", source=h265_loop) as camera:
        answer = snapshot(camera, "admin", camera.password)
    image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (360, 640, 3)
