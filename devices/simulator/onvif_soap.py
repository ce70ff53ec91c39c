"""SOAP 1.2 for the ONVIF responder: reading requests, checking logins, writing answers, faults.

Answers are serialised by zeep from the WSDL files that onvif-zeep ships, so that an answer which
does not follow the schema fails here and not in a client.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import zeep
from lxml import etree

if TYPE_CHECKING:
    from devices.simulator.condition import Condition

SOAP = "http://www.w3.org/2003/05/soap-envelope"
TER = "http://www.onvif.org/ver10/error"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{OASIS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{OASIS}wssecurity-utility-1.0.xsd}}"
CLOCK_WINDOW = 60.0  # seconds between the sender's clock and ours
WSDL_FILES = ("devicemgmt.wsdl", "media.wsdl")
_loading = Lock()


class Fault(Exception):  # noqa: N818 - an answer to the client, not an error of ours
    """Answer with a fault; `codes` are ONVIF subcodes, the outer one first (Core 5.8.2)."""

    def __init__(self, *codes: str, receiver: bool = False) -> None:
        super().__init__(*codes)
        self.codes, self.receiver = codes, receiver

    @property
    def status(self) -> int:
        """HTTP status (SOAP 1.2 part 2, table 20)."""
        return 500 if self.receiver else 400

    def render(self) -> bytes:
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "ter": TER})
        body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
        fault = etree.SubElement(body, f"{{{SOAP}}}Fault")
        code = etree.SubElement(fault, f"{{{SOAP}}}Code")
        values = ["s:Receiver" if self.receiver else "s:Sender", *(f"ter:{c}" for c in self.codes)]
        for k, value in enumerate(values):
            code = etree.SubElement(code, f"{{{SOAP}}}Subcode") if k else code
            etree.SubElement(code, f"{{{SOAP}}}Value").text = value
        reason = etree.SubElement(fault, f"{{{SOAP}}}Reason")
        text = etree.SubElement(reason, f"{{{SOAP}}}Text")
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        text.text = self.codes[-1]
        return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def parse(data: bytes) -> tuple[etree._Element, etree._Element]:
    """Envelope and the request inside its body. Raises Fault WellFormed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        envelope = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise Fault("WellFormed") from None
    request = envelope.find(f"{{{SOAP}}}Body/*")
    if request is None:
        raise Fault("WellFormed")
    return envelope, request


class TokenCheck:
    """Checks WS-Security user name tokens (UsernameToken Profile 1.0), each nonce once."""

    def __init__(self, condition: Condition) -> None:
        self._condition = condition
        self._seen: dict[str, float] = {}
        self._lock = Lock()

    def check(self, envelope: etree._Element) -> None:
        """Raises Fault NotAuthorized for a missing, wrong, late or repeated token."""
        condition = self._condition
        if not condition.accounts and not condition.refusing:
            return
        token = envelope.find(f"{{{SOAP}}}Header/{WSSE}Security/{WSSE}UsernameToken")
        if token is None or not self._accepts(token):
            raise Fault("NotAuthorized")

    def _accepts(self, token: etree._Element) -> bool:
        def text(tag: str) -> str:
            return (token.findtext(tag) or "").strip()

        nonce, created = text(f"{WSSE}Nonce"), text(f"{WSU}Created")
        password = self._condition.password(text(f"{WSSE}Username"))
        try:
            at = datetime.fromisoformat(created)
            salt = base64.b64decode(nonce, validate=True)
        except ValueError:
            return False
        now = self._condition.clock()
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if password is None or not salt or abs(at.timestamp() - now) > CLOCK_WINDOW:
            return False
        # The profile fixes SHA-1.
        whole = hashlib.sha1(salt + created.encode() + password.encode()).digest()  # noqa: S324
        right = hmac.compare_digest(base64.b64encode(whole), text(f"{WSSE}Password").encode())
        return right and self._first_use(nonce, now)

    def _first_use(self, nonce: str, now: float) -> bool:
        with self._lock:
            # A token is good for one window on either side of our clock.
            old = [n for n, at in self._seen.items() if abs(now - at) > 2 * CLOCK_WINDOW]
            for known in old:
                del self._seen[known]
            if nonce in self._seen:
                return False
            self._seen[nonce] = now
            return True


def serialise(key: tuple[str, str], values: dict[str, Any]) -> bytes:
    """The answer to operation (namespace, request element), as an envelope.

    Raises zeep's validation errors when the values do not follow the schema.
    """
    with _loading:
        operation = _operations()[key]
    message = operation.output.serialize(**values)
    return etree.tostring(message.content, xml_declaration=True, encoding="utf-8")


@lru_cache(maxsize=1)
def _operations() -> dict[tuple[str, str], Any]:
    """All operations of the services we answer; parsing takes about 0.2 s, once a process."""
    spec = importlib.util.find_spec("onvif")  # importing it would set up logging for everyone
    if spec is None or spec.origin is None:
        raise RuntimeError("Paket onvif-zeep tidak terpasang.")
    folder = Path(spec.origin).parent.parent / "wsdl"
    found = {}
    for name in WSDL_FILES:
        client: Any = zeep.Client(str(folder / name))
        for binding in client.wsdl.bindings.values():
            for operation in binding.all().values():
                element = operation.input.body.qname
                found[element.namespace, element.localname] = operation
    return found
