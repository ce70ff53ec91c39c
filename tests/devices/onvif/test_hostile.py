"""Cameras that break, stall, lie or attack: each ends in time, with a kind, and without leaks."""

from __future__ import annotations

import logging
import socket
import time
import traceback

import pytest

from devices.onvif import Adapter, ErrorKind, OnvifError
from tests.devices.onvif.scripted import (
    PASSWORD,
    USER,
    Asked,
    camera,
    clock_reply,
    envelope,
    fault,
    http,
    soap,
)

BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>"""


def asking(port: int, timeout: float = 1.0, password: str = PASSWORD) -> OnvifError:
    with pytest.raises(OnvifError) as caught:
        Adapter("127.0.0.1", port, USER, password, timeout=timeout).identity()
    return caught.value


def silent(link: socket.socket) -> None:
    link.recv(1)


def drip(link: socket.socket) -> None:
    for byte in http(b" " * 500):
        link.sendall(bytes([byte]))
        time.sleep(0.05)


def dripping_header(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(200):
        link.sendall(b"X: y\r\n")
        time.sleep(0.05)


def endless(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        link.sendall(b"<a/>" * 16_384)


def endless_header(link: socket.socket) -> None:
    link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        link.sendall(b"y" * 65_536)


def endless_continue(link: socket.socket) -> None:
    while True:
        link.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


@pytest.mark.parametrize("script", [silent, drip, dripping_header])
def test_slow_camera_ends_at_the_deadline(script: object) -> None:
    with camera(lambda _: script) as one:  # type: ignore[arg-type,return-value] # parametrized
        began = time.monotonic()
        error = asking(one.port)
        assert (error.kind, error.permanent) == (ErrorKind.TIMEOUT, False)
        assert time.monotonic() - began < 1.6


@pytest.mark.parametrize("script", [endless, endless_header, endless_continue])
def test_endless_answer_is_cut(script: object) -> None:
    with camera(lambda _: script) as one:  # type: ignore[arg-type,return-value] # parametrized
        began = time.monotonic()
        assert asking(one.port, timeout=5.0).kind is ErrorKind.BROKEN
        assert time.monotonic() - began < 4.0


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(BOMB + b"<x>&c;</x>"), ErrorKind.BROKEN),
        (http((BOMB + b"<x>&c;</x>").decode().encode("utf-16")), ErrorKind.BROKEN),
        (http(b"<html><body><h1>Login</h1></body></html>", kind="text/html"), ErrorKind.BROKEN),
        (http(b"\x00\xff\x00"), ErrorKind.BROKEN),
        (http(b""), ErrorKind.BROKEN),
        (http(envelope("<tds:Other/>")), ErrorKind.BROKEN),
        (http(b"<a>" * 300_000), ErrorKind.BROKEN),
        (http(b"<a/>" * 262_145), ErrorKind.BROKEN),
        (http(b"x" * 100)[:-50], ErrorKind.BROKEN),
        (b"SSH-2.0-OpenSSH\r\n", ErrorKind.BROKEN),
        (b"", ErrorKind.BROKEN),
        (http(b"", "307 Moved\r\nLocation: http://127.0.0.1:1/"), ErrorKind.BROKEN),
        (http(b"boom", "500 Oops", "text/plain"), ErrorKind.BROKEN),
        (http(b"", "200 OK\r\nContent-Encoding: gzip"), ErrorKind.BROKEN),
        (http(b"no", "401 Unauthorized"), ErrorKind.AUTH),
        (http(b"no", "404 Not Found"), ErrorKind.NOT_SUPPORTED),
        (fault("ter:NotAuthorized", "x"), ErrorKind.AUTH),
        (fault("ter:Other", "Sender not Authorized", "500 Error"), ErrorKind.AUTH),
        (fault("wsse:FailedAuthentication", "x", "200 OK"), ErrorKind.AUTH),
        (fault("ter:ActionNotSupported", "x"), ErrorKind.NOT_SUPPORTED),
        (fault("ter:OutOfMemory", "x"), ErrorKind.BROKEN),
    ],
)
def test_odd_answer_is_classified(answer: bytes, kind: ErrorKind) -> None:
    def script(asked: Asked) -> bytes:
        if asked.operation == "GetSystemDateAndTime":
            return soap(clock_reply(time.time()))
        return answer

    with camera(script) as one:
        assert asking(one.port).kind is kind


@pytest.mark.parametrize("unix", [None, -1.0])
def test_impossible_clock_is_told(unix: float | None) -> None:
    reply = clock_reply(0.0).replace("<tt:Month>1<", "<tt:Month>13<")
    if unix is None:
        reply = "<tds:GetSystemDateAndTimeResponse/>"
    with camera(lambda _: soap(reply)) as one:
        with pytest.raises(OnvifError) as caught:
            Adapter("127.0.0.1", one.port, USER, PASSWORD).clock_error()
        assert caught.value.kind is ErrorKind.CLOCK


def test_redirect_is_not_followed() -> None:
    with camera() as target:
        moved = http(b"", f"302 Found\r\nLocation: http://127.0.0.1:{target.port}/x")
        with camera(lambda _: moved) as one:
            assert asking(one.port).kind is ErrorKind.BROKEN
        assert target.asked == []


def test_closed_port_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert asking(port).kind is ErrorKind.UNREACHABLE


@pytest.mark.parametrize(
    "host", ["", "a b", "kamera\n.lan", "u@h", "a/b", "[::1]", "kamera\u3002a"]
)
def test_odd_host_is_refused_at_once(host: str) -> None:
    with pytest.raises(OnvifError) as caught:
        Adapter(host, 80, USER, PASSWORD)
    assert caught.value.kind is ErrorKind.ADDRESS
    assert_no_canary(caught.value)


@pytest.mark.parametrize("host", ["0", "224.0.0.1", "0.0.0.0", "::"])  # noqa: S104 # to be refused
def test_address_that_is_no_camera_is_refused(host: str) -> None:
    with pytest.raises(OnvifError) as caught:
        Adapter(host, 80, USER, PASSWORD, timeout=1.0).identity()
    assert caught.value.kind is ErrorKind.ADDRESS


def test_office_decides_which_addresses_are_cameras() -> None:
    with camera() as one:
        cam = Adapter("2130706433", one.port, USER, PASSWORD, allow=lambda ip: not ip.is_loopback)
        with pytest.raises(OnvifError) as caught:
            cam.identity()
        assert caught.value.kind is ErrorKind.ADDRESS
    assert one.asked == []


def test_password_echoed_by_the_camera_stays_out_of_errors_and_logs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = "bad login portal:Kunci-Kenari-7f3a&amp;&lt;x http://portal:Kunci-Kenari-7f3a@x/"
    answers = [
        fault("ter:NotAuthorized", echo),
        fault("ter:OutOfMemory", echo),
        http(b"<html>" + echo.encode() + b"</html>", kind="text/html"),
        http(b"x", "401 " + echo),
    ]
    for answer in answers:
        with camera(lambda _, answer=answer: answer) as one:  # type: ignore[misc] # bound early
            assert_no_canary(asking(one.port))
    assert "Kenari" not in caplog.text


def assert_no_canary(error: OnvifError) -> None:
    assert "Kenari" not in str(error) + repr(error) + error.detail
    assert error.__cause__ is None
    assert error.__context__ is None
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [line for line in told.format() if "/devices/onvif/" in line and "/tests/" not in line]
    assert ours
    assert not [line for line in ours if "Kenari" in line]
