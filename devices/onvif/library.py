"""onvif-zeep and zeep, held at arm's length: what they bring in, and what they may touch.

Only this module names them. They are imported at the first camera call (26 MB, 0.2 s), so that a
process without ONVIF does not pay. `ONVIFCamera` is not used at all: its constructor talks to the
camera, subscribes to events and never unsubscribes, empties the proxy settings of the process and
keeps the first camera's password in a class attribute.
"""

from __future__ import annotations

import copy
import datetime as dt
import importlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from devices.onvif.errors import ErrorKind, OnvifError


class Transport(Protocol):
    """What zeep asks of a transport: one call to send, and no loading from the network."""

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> Any: ...

    def load(self, url: str) -> bytes: ...


class _Modules(NamedTuple):
    service_class: Any
    definitions: dict[str, dict[str, str]]
    wsdl_folder: Path
    client_class: Any
    settings_class: Any
    token_class: Any
    write_xml: Callable[[Any], bytes]


@dataclass(frozen=True, slots=True)
class Login:
    """A login and the camera's clock offset in seconds, looked up anew for every request.

    Each request gets a WS-Security UsernameToken of its own (OASIS UsernameToken Profile 1.1,
    digest): the one that onvif-zeep offers changes itself while it is applied, and threads that
    share it send each other's time.
    """

    username: str
    password: str = field(repr=False)
    offset: Callable[[], float]

    def apply(self, envelope: Any, headers: Any) -> Any:
        created = dt.datetime.fromtimestamp(time.time() + self.offset(), tz=dt.UTC)
        token = _modules().token_class(
            self.username, self.password, use_digest=True, created=created, zulu_timestamp=True
        )
        return token.apply(envelope, headers)

    def verify(self, envelope: Any) -> None:
        """Cameras sign nothing."""


_lock: Final = threading.Lock()
_loaded: list[_Modules] = []
_parsed: dict[str, Any] = {}


def namespaces() -> dict[str, str]:
    """Short service names by namespace, as far as onvif-zeep has a WSDL for them."""
    definitions = _modules().definitions
    return {entry["ns"]: name for name, entry in definitions.items() if name != "pullpoint"}


def to_xml(envelope: Any) -> bytes:
    return _modules().write_xml(envelope)


def service(name: str, address: str, transport: Transport, login: Login | None) -> Any:
    """A proxy whose attributes are the operations of one service, e.g. `.GetProfiles()`.

    WSDLs are parsed once a process (16 cameras: 0.08 CPU seconds in place of 2.76); every proxy
    has a shallow copy with its own transport and login, so nothing of a camera outlives it.
    """
    modules = _modules()
    definition = modules.definitions[name]
    client = copy.copy(_client(definition["wsdl"]))
    client.transport, client.wsse = transport, login
    wsdl = str(modules.wsdl_folder / definition["wsdl"])
    binding = f"{{{definition['ns']}}}{definition['binding']}"
    return modules.service_class(address, "", "", wsdl, zeep_client=client, binding_name=binding)


def _client(wsdl: str) -> Any:
    modules = _modules()
    with _lock:
        if wsdl not in _parsed:
            settings = modules.settings_class(strict=False, forbid_dtd=True, forbid_external=True)
            path = str(modules.wsdl_folder / wsdl)
            _parsed[wsdl] = modules.client_class(path, transport=_Files(), settings=settings)
        return _parsed[wsdl]


class _Files:
    """Serves the parser: WSDLs and schemas from the package, nothing from anywhere else."""

    def load(self, url: str) -> bytes:
        path = Path(url).resolve()
        if not path.is_relative_to(_modules().wsdl_folder):
            raise OnvifError(ErrorKind.BROKEN, "skema dari luar")
        return path.read_bytes()

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> Any:
        raise NotImplementedError


def _modules() -> _Modules:
    if not _loaded:
        with _lock:
            if not _loaded:
                _loaded.append(_import())
    return _loaded[0]


def _import() -> _Modules:
    # `import onvif` calls logging.basicConfig, which leaves a root logger alone that has a handler.
    root, guard = logging.getLogger(), logging.NullHandler()
    root.addHandler(guard)
    try:
        client: Any = importlib.import_module("onvif.client")
    finally:
        root.removeHandler(guard)
    # At DEBUG zeep tells of every schema element: thousands of lines, and texts of the camera.
    logging.getLogger("zeep").setLevel(logging.WARNING)
    definition: Any = importlib.import_module("onvif.definition")
    zeep: Any = importlib.import_module("zeep")

    class Service(client.ONVIFService):  # type: ignore[misc] # the library has no types
        def service_wrapper(self, func: Any) -> Any:
            # Theirs sends a second time after a TypeError, and hides the kind of every error.
            return func

    return _Modules(
        service_class=Service,
        definitions=definition.SERVICES,
        wsdl_folder=Path(client.__file__).resolve().parent.parent / "wsdl",
        client_class=zeep.Client,
        settings_class=zeep.Settings,
        token_class=importlib.import_module("zeep.wsse.username").UsernameToken,
        write_xml=importlib.import_module("zeep.wsdl.utils").etree_to_string,
    )
