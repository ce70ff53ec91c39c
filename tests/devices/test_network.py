from __future__ import annotations

import time
from ipaddress import ip_address

import pytest

from devices.network import routable
from devices.rtsp import Endpoint, ErrorKind, RtspError
from devices.rtsp.wire import Wake, Wire

NOBODY = ["224.0.0.1", "0.0.0.0", "255.255.255.255", "169.254.169.254", "ff02::1", "::", "fe80::1"]  # noqa: S104 - never bound


@pytest.mark.parametrize("address", [*NOBODY, "::ffff:169.254.169.254", "::ffff:224.0.0.1"])
def test_what_is_no_camera_is_refused(address: str) -> None:
    assert not routable(ip_address(address))


@pytest.mark.parametrize("address", ["192.168.1.20", "10.0.0.9", "127.0.0.1", "fd00::7"])
def test_an_address_of_an_office_is_allowed(address: str) -> None:
    assert routable(ip_address(address))


@pytest.mark.parametrize("host", [*NOBODY, "0", "2852039166"])
def test_rtsp_asks_after_the_resolver_and_sends_nothing(host: str) -> None:
    with pytest.raises(RtspError) as caught:
        Wire(Endpoint(host), time.monotonic() + 2, Wake())
    assert caught.value.kind is ErrorKind.ADDRESS
