"""A camera whose every answer a test can bend: a bare socket server with written-out SOAP."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

USER, PASSWORD = "portal", "Kunci-Kenari-7f3a&<x"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"

Act = Callable[[socket.socket], None]
Script = Callable[["Asked"], "bytes | Act"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    operation: str
    path: str
    head: str
    body: str

    def signed(self, clock: float, password: str = PASSWORD, window: float = 60.0) -> bool:
        """Judge the UsernameToken as a strict camera does whose clock shows `clock`."""
        told = {
            name: found.group(1)
            for name in ("Username", "Password", "Nonce", "Created")
            if (found := re.search(rf"<wss?[eu]:{name}\b[^>]*>([^<]*)<", self.body))
        }
        if len(told) != 4 or told["Username"] != USER:
            return False
        created = dt.datetime.fromisoformat(told["Created"]).timestamp()
        digest = hashlib.sha1(  # noqa: S324 # what the UsernameToken Profile prescribes
            base64.b64decode(told["Nonce"]) + told["Created"].encode() + password.encode()
        ).digest()
        return abs(created - clock) < window and told["Password"] == base64.b64encode(
            digest
        ).decode("ascii")


@dataclass(slots=True)
class Camera:
    """The server's side: `script` answers, `asked` is what came in, `skew` its clock's error."""

    port: int = 0
    skew: float = 0.0
    password: str = PASSWORD
    xaddr_host: str = ""
    asked: list[Asked] = field(default_factory=list)
    script: Script | None = None

    @property
    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    def good(self, asked: Asked) -> bytes:
        """Answer as a lawful Profile S camera."""
        if asked.operation == "GetSystemDateAndTime":
            return soap(clock_reply(time.time() + self.skew))
        if not asked.signed(time.time() + self.skew, self.password):
            return fault("ter:NotAuthorized", "Sender not Authorized")
        reply = {
            "GetServices": services_reply(self.xaddr_host or f"127.0.0.1:{self.port}"),
            "GetDeviceInformation": IDENTITY,
            "GetProfiles": PROFILES,
            "GetStreamUri": uri_reply("Stream", "rtsp://192.0.2.9:8554/kanal/1?sub=0"),
            "GetSnapshotUri": uri_reply("Snapshot", "http://192.0.2.9:81/foto.jpg?k=1"),
        }.get(asked.operation)
        return soap(reply) if reply else fault("ter:ActionNotSupported", "Not implemented")

    def answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(10)
            head, _, body = _received(connection).partition(b"\r\n\r\n")
            text = body.decode()
            name = re.search(r"Body><(?:\w+:)?(\w+)", text)
            asked = Asked(
                name.group(1) if name else "", head.split(b" ")[1].decode(), head.decode(), text
            )
            self.asked.append(asked)
            reply = (self.script or self.good)(asked)
            if callable(reply):
                reply(connection)
            else:
                connection.sendall(reply)


@contextmanager
def camera(script: Script | None = None) -> Iterator[Camera]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = Camera(port=server.getsockname()[1], script=script)
        stop = threading.Event()
        server.settimeout(0.05)

        def serve() -> None:
            while not stop.is_set():
                with suppress(TimeoutError):
                    link, _ = server.accept()
                    threading.Thread(target=one.answer, args=(link,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield one
        finally:
            stop.set()
            thread.join()


def _received(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    length = int(re.findall(rb"(?i)content-length: (\d+)", data)[0])
    while len(data.partition(b"\r\n\r\n")[2]) < length:
        data += connection.recv(65536)
    return data


def http(body: bytes, status: str = "200 OK", kind: str = "application/soap+xml") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def envelope(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        f'xmlns:ter="http://www.onvif.org/ver10/error" xmlns:tds="{DEVICE}" '
        f'xmlns:trt="{MEDIA}" xmlns:tt="{SCHEMA}"><s:Body>{body}</s:Body></s:Envelope>'
    ).encode()


def soap(body: str) -> bytes:
    return http(envelope(body))


def fault(subcode: str, reason: str, status: str = "400 Bad Request") -> bytes:
    return http(
        envelope(
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
            f"<s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
            f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
        ),
        status,
    )


def clock_reply(unix: float) -> str:
    at = dt.datetime.fromtimestamp(unix, tz=dt.UTC)
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
        "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        f"<tt:UTCDateTime><tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute>"
        f"<tt:Second>{at.second}</tt:Second></tt:Time><tt:Date><tt:Year>{at.year}</tt:Year>"
        f"<tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def services_reply(host: str) -> str:
    paths = {
        DEVICE: "/onvif/device_service",
        MEDIA: "/onvif/Media",
        "http://www.onvif.org/ver20/media/wsdl": "/onvif/Media2",
        "http://www.onvif.org/ver10/search/wsdl": "/onvif/Search",
        "http://vendor.example/wsdl": "/own",
    }
    entries = "".join(
        f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace>"
        f"<tds:XAddr>http://{host}{path}</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
        "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        for namespace, path in paths.items()
    )
    return f"<tds:GetServicesResponse>{entries}</tds:GetServicesResponse>"


def capabilities_reply(host: str) -> str:
    return (
        "<tds:GetCapabilitiesResponse><tds:Capabilities>"
        f"<tt:Device><tt:XAddr>http://{host}/onvif/device_service</tt:XAddr></tt:Device>"
        f"<tt:Media><tt:XAddr>http://{host}/onvif/Media</tt:XAddr></tt:Media><tt:Extension>"
        f"<tt:Recording><tt:XAddr>http://{host}/onvif/Recording</tt:XAddr></tt:Recording>"
        f"<tt:Search><tt:XAddr>http://{host}/onvif/Search</tt:XAddr></tt:Search>"
        f"<tt:Replay><tt:XAddr>http://{host}/onvif/Replay</tt:XAddr></tt:Replay>"
        "</tt:Extension></tds:Capabilities></tds:GetCapabilitiesResponse>"
    )


def uri_reply(which: str, uri: str) -> str:
    return (
        f"<trt:Get{which}UriResponse><trt:MediaUri><tt:Uri>{uri}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
        "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout>"
        f"</trt:MediaUri></trt:Get{which}UriResponse>"
    )


IDENTITY = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Pabrik</tds:Manufacturer>"
    "<tds:Model>K-1\n</tds:Model><tds:FirmwareVersion>1.2</tds:FirmwareVersion>"
    "<tds:SerialNumber>0007</tds:SerialNumber><tds:HardwareId>x</tds:HardwareId>"
    "</tds:GetDeviceInformationResponse>"
)
_ENCODER = (
    '<tt:VideoEncoderConfiguration token="e{0}"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>'
    "<tt:Encoding>{1}</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width>"
    "<tt:Height>1080</tt:Height></tt:Resolution><tt:Quality>4</tt:Quality>{2}"
    "</tt:VideoEncoderConfiguration>"
)
_RATE = (
    "<tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit><tt:EncodingInterval>1"
    "</tt:EncodingInterval><tt:BitrateLimit>3500</tt:BitrateLimit></tt:RateControl>"
)
PROFILES = (
    "<trt:GetProfilesResponse>"
    f'<trt:Profiles token="utama" fixed="true"><tt:Name>Utama</tt:Name>'
    f"{_ENCODER.format(1, 'H264', _RATE)}</trt:Profiles>"
    f'<trt:Profiles token="hemat"><tt:Name>Hemat</tt:Name>{_ENCODER.format(2, "H265", "")}'
    '</trt:Profiles><trt:Profiles token="suara"><tt:Name>Suara</tt:Name></trt:Profiles>'
    "</trt:GetProfilesResponse>"
)
