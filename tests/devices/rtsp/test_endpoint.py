from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.rtsp import Endpoint, ErrorKind, RtspError

CANARY = "kenari-7Q!rahasia"


def test_url_is_taken_apart() -> None:
    endpoint = Endpoint.parse("RTSP://admin:pa%40ss@10.0.0.5:8554/cam/real?channel=1&subtype=0")
    assert (endpoint.host, endpoint.port) == ("10.0.0.5", 8554)
    assert (endpoint.username, endpoint.password) == ("admin", "pa@ss")
    assert endpoint.url == "rtsp://10.0.0.5:8554/cam/real?channel=1&subtype=0"


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("rtsp://kamera-1", "kamera-1", 554, "/"),
        ("rtsp://kamera-1?ch=2", "kamera-1", 554, "/?ch=2"),
        ("rtsp://[fe80::1]:554/a", "fe80::1", 554, "/a"),
        ("rtsp://a:b@c@10.0.0.5/x", "10.0.0.5", 554, "/x"),
        ("rtsp://10.0.0.5:/x#y", "10.0.0.5", 554, "/x"),
    ],
)
def test_less_usual_urls_are_understood(url: str, host: str, port: int, target: str) -> None:
    endpoint = Endpoint.parse(url)
    assert (endpoint.host, endpoint.port, endpoint.target) == (host, port, target)
    assert Endpoint.parse(endpoint.url).host == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://10.0.0.5/",
        "rtsps://10.0.0.5/",
        "rtsp:///x",
        f"rtsp://admin:{CANARY}@10.0.0.5:0/",
        f"rtsp://admin:{CANARY}@10.0.0.5:99999/",
        f"rtsp://admin:{CANARY}@10.0.0.5:²/",
        f"rtsp://admin:{CANARY}@ka mera/",
        f"rtsp://admin:{CANARY}@kamera/a b",
        f"rtsp://admin:{CANARY}@kamera/a\r\nX: y",
        f"rtsp://admin:{CANARY}%0d%0aX@kamera/",
        f"rtsp://admin:{CANARY}@[fe80::1/",
        f"rtsp://admin:{CANARY}@kamera/{'a' * 3000}",
        f"rtsp://ad%3Amin:{CANARY}@kamera/",
        f"rtsp://admin:12/{CANARY}@kamera/",
    ],
)
def test_wrong_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(RtspError) as caught:
        Endpoint.parse(url)
    assert caught.value.kind is ErrorKind.ADDRESS
    assert caught.value.permanent
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def test_repr_shows_neither_password_nor_path() -> None:
    shown = repr(Endpoint("kamera", target=f"/user=a&password={CANARY}", password=CANARY))
    assert CANARY not in shown
    assert "kamera" in shown


@given(st.text(max_size=60).map(lambda text: "rtsp://" + text))
def test_any_text_parses_or_is_refused(url: str) -> None:
    try:
        endpoint = Endpoint.parse(url)
    except RtspError:
        return
    assert endpoint.url.isascii()
    assert endpoint.url.isprintable()
