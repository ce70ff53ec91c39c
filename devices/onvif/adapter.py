"""The questions the portal asks a camera over ONVIF (Core and Media services, version 1 WSDLs).

Media2, events, recordings and user accounts are further methods here and further readers in
`replies.py`; their services are found by `services()` already.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from devices.onvif import faults, library, replies
from devices.onvif.address import IPAddress, Origin, routable
from devices.onvif.errors import ErrorKind, OnvifError, scrubbed
from devices.onvif.facts import Identity, Profile
from devices.onvif.wire import Answer, Wire

_DEVICE_PATH: Final = "/onvif/device_service"
_CLOCK_MOVED: Final = 2.0
_STREAM: Final = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


class Adapter:
    """One camera. Building it sends nothing; every method may be called from any thread.

    A method sends one to four requests, each bounded by `timeout` seconds as a whole. Every
    request goes to `scheme://host:port`, whatever addresses the camera tells. Without a username
    requests are not signed. `allow` judges each address behind the host name; `tls` is the context
    for https (default: the system's certificate authorities).

    Raises OnvifError everywhere, ADDRESS already in the constructor. Blocks: never call it while
    a web request waits.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        *,
        scheme: str = "http",
        timeout: float = 5.0,
        allow: Callable[[IPAddress], bool] = routable,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._offset: float | None = None
        # Half a second early: a camera may refuse what seems to come from its future.
        login = library.Login(username, password, lambda: (self._offset or 0.5) - 0.5)
        del password  # an error below must not carry it in its traceback's local variables
        self._login = login
        self._origin = Origin(scheme, host, port)
        self._wire = Wire(self._origin, timeout, allow, tls)
        self._lock = threading.RLock()
        self._paths: dict[str, str] = {}

    def clock_error(self) -> float:
        """Seconds by which the camera's clock is ahead of ours, measured now, within 0.6 s or so.

        Asked without a login, as ONVIF Core demands, because a signed question fails exactly when
        the clock is wrong; only a camera that refuses that is asked again with the login.
        """
        asked = time.time()
        try:
            reply = self._call("devicemgmt", "GetSystemDateAndTime", signed=False)
        except OnvifError as error:
            if error.kind is not ErrorKind.AUTH or not self._login.username:
                raise
            asked = time.time()
            reply = self._call("devicemgmt", "GetSystemDateAndTime")
        return replies.clock(reply) - (asked + time.time()) / 2

    def identity(self) -> Identity:
        """GetDeviceInformation."""
        return replies.identity(self._ask("devicemgmt", "GetDeviceInformation"))

    def services(self) -> tuple[str, ...]:
        """Short names such as "media", "events", "search", "replay", "media2"; sorted."""
        return tuple(sorted(self._service_paths()))

    def profiles(self) -> tuple[Profile, ...]:
        """Stream profiles that have a video encoder, in the camera's order (Media GetProfiles)."""
        return replies.profiles(self._ask("media", "GetProfiles"))

    def stream_uri(self, token: str) -> str:
        """RTSP address of a profile on the configured host; the port is the camera's answer.

        Holds no login. Raises OnvifError(ADDRESS) when the camera's answer is no rtsp address.
        """
        reply = self._ask("media", "GetStreamUri", StreamSetup=_STREAM, ProfileToken=token)
        return self._origin.pinned_rtsp(replies.uri(reply))

    def snapshot_uri(self, token: str) -> str:
        """Address of a profile's JPEG, on the configured scheme, host and port."""
        reply = self._ask("media", "GetSnapshotUri", ProfileToken=token)
        return self._origin.pinned(replies.uri(reply), query=True)

    # The two methods that zeep's client calls on its transport.

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> Answer:
        answer = self._wire.post(urlsplit(address).path, library.to_xml(envelope), headers)
        if b"<!DOCTYPE" in answer.content or b"<!ENTITY" in answer.content:
            raise OnvifError(ErrorKind.BROKEN, "jawaban berisi DTD")
        fault = faults.read(answer.content)
        if fault:
            kind, words = fault
            raise OnvifError(kind, scrubbed(words, self._login.password))
        if answer.status_code != 200:
            raise OnvifError(ErrorKind.BROKEN, f"HTTP {answer.status_code}")
        return answer

    def load(self, _url: str) -> bytes:
        raise OnvifError(ErrorKind.BROKEN, "jawaban menunjuk skema luar")

    def _ask(self, service: str, operation: str, **arguments: Any) -> Any:
        """One signed call, repeated once if the camera's clock has moved since it was measured."""
        self._set_offset()
        try:
            return self._call(service, operation, **arguments)
        except OnvifError as error:
            if error.kind not in {ErrorKind.AUTH, ErrorKind.CLOCK} or not self._clock_moved():
                raise
        return self._call(service, operation, **arguments)

    def _call(self, service: str, operation: str, *, signed: bool = True, **arguments: Any) -> Any:
        try:
            address = self._origin.url + self._path(service)
            login = self._login if signed and self._login.username else None
            proxy = library.service(service, address, self, login)
            return getattr(proxy, operation)(**arguments)
        except OnvifError as error:
            kind, detail = error.kind, error.detail
        except Exception as error:  # noqa: BLE001 # zeep raises anything on a malformed answer
            kind, detail = ErrorKind.BROKEN, type(error).__name__
        # Outside the handler: the new error then drags no chain along in which answers are quoted.
        raise OnvifError(kind, detail)

    def _set_offset(self) -> None:
        with self._lock:
            if self._offset is None and self._login.username:
                self._offset = self._measured()

    def _measured(self) -> float:
        try:
            return self.clock_error()
        except OnvifError as error:
            if error.kind in {ErrorKind.TIMEOUT, ErrorKind.UNREACHABLE, ErrorKind.ADDRESS}:
                raise
            return 0.0

    def _clock_moved(self) -> bool:
        with self._lock:
            before = self._offset or 0.0
            self._offset = self._measured()
            return abs(self._offset - before) > _CLOCK_MOVED

    def _path(self, service: str) -> str:
        if service == "devicemgmt":
            return _DEVICE_PATH
        paths = self._service_paths()
        if service not in paths:
            raise OnvifError(ErrorKind.NOT_SUPPORTED, service)
        return paths[service]

    def _service_paths(self) -> dict[str, str]:
        # GetCapabilities only where GetServices is unknown: it hides recordings, search and replay
        # in an extension, and knows nothing newer.
        with self._lock:
            if not self._paths:
                try:
                    reply = self._ask("devicemgmt", "GetServices", IncludeCapability=False)
                    claims = replies.services(reply, library.namespaces())
                except OnvifError as error:
                    if error.kind not in {ErrorKind.NOT_SUPPORTED, ErrorKind.BROKEN}:
                        raise
                    reply = self._ask("devicemgmt", "GetCapabilities", Category=["All"])
                    claims = replies.capabilities(reply, set(library.namespaces().values()))
                self._paths = {
                    name: urlsplit(self._origin.pinned(xaddr)).path
                    for name, xaddr in claims.items()
                }
            return self._paths
