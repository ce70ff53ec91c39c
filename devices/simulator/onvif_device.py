"""What the camera answers to ONVIF requests: one method an operation, plain values out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from devices.simulator.condition import Account
from devices.simulator.onvif_soap import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.etree import _Element

    from devices.simulator.coded import Format
    from devices.simulator.condition import Condition

Values = dict[str, Any]  # what zeep serialises: the WSDL is the type

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
PATHS = {DEVICE: "/onvif/device_service", MEDIA: "/onvif/media_service"}
SNAPSHOT = "/snapshot.jpg"
PROFILE = "utama"
MAX_USERS = 8
# Operations of access class PRE_AUTH (ONVIF Core 5.9.4.3).
OPEN = frozenset({"GetSystemDateAndTime", "GetServices", "GetCapabilities"})


@dataclass(frozen=True, slots=True)
class Device:
    """`rtsp` is host, port and path of the stream as the answers name it."""

    name: str
    condition: Condition
    form: Format
    rtsp: tuple[str, int, str]
    snapshot: Callable[[], bytes]

    def get_system_date_and_time(self, _body: _Element, _base: str) -> Values:
        utc = datetime.fromtimestamp(self.condition.clock(), UTC)
        local = utc + timedelta(hours=7)
        return {
            "SystemDateAndTime": {
                "DateTimeType": "NTP",
                "DaylightSavings": False,
                "TimeZone": {"TZ": "WIB-7"},
                "UTCDateTime": _moment(utc),
                "LocalDateTime": _moment(local),
            }
        }

    def get_device_information(self, _body: _Element, _base: str) -> Values:
        return {
            "Manufacturer": "Portal",
            "Model": "Kamera Virtual",
            "FirmwareVersion": "1.0",
            "SerialNumber": self.name,
            "HardwareId": "virtual",
        }

    def get_services(self, _body: _Element, base: str) -> Values:
        version = {"Major": 2, "Minor": 60}
        return {
            "Service": [
                {"Namespace": space, "XAddr": base + path, "Version": version}
                for space, path in PATHS.items()
            ]
        }

    def get_capabilities(self, _body: _Element, base: str) -> Values:
        streaming = {"RTPMulticast": False, "RTP_TCP": False, "RTP_RTSP_TCP": True}
        media = {"XAddr": base + PATHS[MEDIA], "StreamingCapabilities": streaming}
        return {"Capabilities": {"Device": {"XAddr": base + PATHS[DEVICE]}, "Media": media}}

    def get_users(self, _body: _Element, _base: str) -> Values:
        accounts = self.condition.accounts.items()
        return {"User": [{"Username": name, "UserLevel": a.level} for name, a in accounts]}

    def create_users(self, body: _Element, _base: str) -> Values:
        accounts = self.condition.accounts
        for name, account in _users(body):
            if name in accounts:
                raise Fault("OperationProhibited", "UsernameClash")
            if len(accounts) >= MAX_USERS:
                raise Fault("MaxUsers", "TooManyUsers")
            accounts[name] = account
        return {}

    def set_user(self, body: _Element, _base: str) -> Values:
        for name, account in _users(body):
            if name not in self.condition.accounts:
                raise Fault("InvalidArgVal", "UsernameMissing")
            self.condition.accounts[name] = account
        return {}

    def delete_users(self, body: _Element, _base: str) -> Values:
        for element in body.iterfind("{*}Username"):
            if self.condition.accounts.pop(element.text or "", None) is None:
                raise Fault("InvalidArgVal", "UsernameMissing")
        return {}

    def get_profiles(self, _body: _Element, _base: str) -> Values:
        return {"Profiles": [self._profile()]}

    def get_stream_uri(self, body: _Element, _base: str) -> Values:
        _check_profile(body)
        host, port, path = self.rtsp
        return _media_uri(f"rtsp://{host}:{port}/{path}")

    def get_snapshot_uri(self, body: _Element, base: str) -> Values:
        _check_profile(body)
        return _media_uri(base + SNAPSHOT)

    def _profile(self) -> Values:
        form = self.form
        size = {"Width": form.width, "Height": form.height}
        # Media version 1 has no word for H.265 (that is Media2): such cameras say H264 there too.
        encoder = {
            "Name": "video",
            "token": "video",
            "UseCount": 1,
            "Encoding": "H264",
            "Resolution": size,
            "Quality": 4,
            "RateControl": {
                "FrameRateLimit": round(form.fps),
                "EncodingInterval": 1,
                "BitrateLimit": 512 if form.width <= 640 else 4096,
            },
            "Multicast": {
                "Address": {"Type": "IPv4", "IPv4Address": "0.0.0.0"},  # noqa: S104 - not bound
                "Port": 0,
                "TTL": 0,
                "AutoStart": False,
            },
            "SessionTimeout": timedelta(seconds=60),
        }
        source = {
            "Name": "lensa",
            "token": "lensa",
            "UseCount": 1,
            "SourceToken": "sensor",
            "Bounds": {"x": 0, "y": 0, "width": form.width, "height": form.height},
        }
        return {
            "Name": self.name,
            "token": PROFILE,
            "fixed": True,
            "VideoSourceConfiguration": source,
            "VideoEncoderConfiguration": encoder,
        }


ANSWERS: dict[tuple[str, str], Callable[[Device, _Element, str], Values]] = {
    (DEVICE, "GetSystemDateAndTime"): Device.get_system_date_and_time,
    (DEVICE, "GetDeviceInformation"): Device.get_device_information,
    (DEVICE, "GetServices"): Device.get_services,
    (DEVICE, "GetCapabilities"): Device.get_capabilities,
    (DEVICE, "GetUsers"): Device.get_users,
    (DEVICE, "CreateUsers"): Device.create_users,
    (DEVICE, "SetUser"): Device.set_user,
    (DEVICE, "DeleteUsers"): Device.delete_users,
    (MEDIA, "GetProfiles"): Device.get_profiles,
    (MEDIA, "GetStreamUri"): Device.get_stream_uri,
    (MEDIA, "GetSnapshotUri"): Device.get_snapshot_uri,
}


def _users(body: _Element) -> list[tuple[str, Account]]:
    found = []
    for user in body.iterfind("{*}User"):
        name, level = user.findtext("{*}Username"), user.findtext("{*}UserLevel")
        password = user.findtext("{*}Password")
        if not name or not password or not level:
            raise Fault("InvalidArgs")
        found.append((name, Account(password, level)))
    return found


def _check_profile(body: _Element) -> None:
    if body.findtext("{*}ProfileToken") != PROFILE:
        raise Fault("InvalidArgVal", "NoProfile")


def _media_uri(uri: str) -> Values:
    never = {"InvalidAfterConnect": False, "InvalidAfterReboot": False, "Timeout": timedelta(0)}
    return {"MediaUri": {"Uri": uri, **never}}


def _moment(at: datetime) -> Values:
    return {
        "Time": {"Hour": at.hour, "Minute": at.minute, "Second": at.second},
        "Date": {"Year": at.year, "Month": at.month, "Day": at.day},
    }
