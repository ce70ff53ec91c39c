"""The HTTP side of the camera: ONVIF services by POST, the snapshot by GET."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from lxml import etree

from devices.simulator.onvif_device import ANSWERS, OPEN, PATHS, SNAPSHOT
from devices.simulator.onvif_soap import Fault, TokenCheck, parse, serialise

if TYPE_CHECKING:
    from devices.simulator.digest import Guard
    from devices.simulator.onvif_device import Device

BODY_LIMIT = 65_536
POLL_S = 0.2  # how long stop() may wait for the listener
SOAP_TYPE = "application/soap+xml; charset=utf-8"


class OnvifServer:
    """Listens from the moment it is made, in threads of its own."""

    def __init__(self, device: Device, guard: Guard, host: str, port: int, named: str) -> None:
        self.device, self.guard = device, guard
        self.tokens = TokenCheck(device.condition)
        self._http = _Listener((host, port), self)
        self.port: int = self._http.server_address[1]
        self.base = f"http://{named}:{self.port}"
        self._thread = Thread(target=self._http.serve_forever, args=(POLL_S,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, data: bytes) -> bytes:
        """The envelope that answers a request. Raises Fault."""
        envelope, request = parse(data)
        name = etree.QName(request)
        if name.localname not in OPEN:
            self.tokens.check(envelope)
        key = (name.namespace or "", name.localname)
        method = ANSWERS.get(key)
        if method is None:
            raise Fault("ActionNotSupported", receiver=True)
        return serialise(key, method(self.device, request, self.base))


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: OnvifServer

    def __init__(self, address: tuple[str, int], owner: OnvifServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Listener

    def do_POST(self) -> None:
        self._be_silent()
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > BODY_LIMIT:
            self.close_connection = True
            self._send(413, b"", "text/plain")
            return
        data = self.rfile.read(int(length))
        if self.path not in PATHS.values():
            self._send(404, b"", "text/plain")
            return
        try:
            answer = self.server.owner.answer(data)
        except Fault as fault:
            self._send(fault.status, fault.render(), SOAP_TYPE)
        else:
            self._send(200, answer, SOAP_TYPE)

    def do_GET(self) -> None:
        self._be_silent()
        owner = self.server.owner
        if self.path != SNAPSHOT:
            self._send(404, b"", "text/plain")
            return
        header = self.headers.get("Authorization", "")
        challenge = owner.guard.refuse("GET", self.path, header)
        if challenge:
            self._send(401, b"", "text/plain", {"WWW-Authenticate": challenge})
        else:
            self._send(200, owner.device.snapshot(), "image/jpeg")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing: a camera has no log."""

    def _be_silent(self) -> None:
        while self.server.owner.device.condition.silent:
            time.sleep(0.05)

    def _send(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
