from __future__ import annotations

import base64
import hashlib
import re

from devices.rtsp import Endpoint
from devices.rtsp.auth import Authorizer, challenges

ENDPOINT = Endpoint("kamera", username="petugas", password="kenari 7Q!")
URL = "rtsp://kamera/live"


def fields(header: str) -> dict[str, str]:
    return {
        name: quoted or bare
        for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^,]+))', header)
    }


def answered(*values: str) -> dict[str, str]:
    authorizer = Authorizer(ENDPOINT)
    assert authorizer.accept(values)
    header = authorizer.header("PLAY", URL)
    assert header is not None
    assert header.startswith("Digest ")
    return fields(header)


def hashed(algorithm: str, *parts: str) -> str:
    return hashlib.new(algorithm, ":".join(parts).encode("latin-1")).hexdigest()


def test_digest_without_qop_follows_rfc_2069() -> None:
    sent = answered('Digest realm="cam", nonce="abc"')
    secret = hashed("md5", "petugas", "cam", "kenari 7Q!")
    assert sent["response"] == hashed("md5", secret, "abc", hashed("md5", "PLAY", URL))
    assert "qop" not in sent


def test_digest_with_sha_256_and_qop_wins_over_md5_and_basic() -> None:
    sent = answered(
        'Basic realm="cam"',
        'Digest realm="cam", nonce="m", qop="auth", algorithm=MD5',
        'Digest realm="cam", nonce="s", qop="auth-int, auth", opaque="o", algorithm=SHA-256',
    )
    secret = hashed("sha256", "petugas", "cam", "kenari 7Q!")
    parts = (secret, "s", sent["nc"], sent["cnonce"], "auth", hashed("sha256", "PLAY", URL))
    assert sent["response"] == hashed("sha256", *parts)
    assert (sent["nc"], sent["opaque"], sent["algorithm"]) == ("00000001", "o", "SHA-256")


def test_one_header_may_hold_several_challenges() -> None:
    found = challenges(['Basic realm="a, b", Digest realm="c\\"d", nonce="n", stale=TRUE'])
    assert [each.scheme for each in found] == ["basic", "digest"]
    assert (found[0].realm, found[1].realm, found[1].stale) == ("a, b", 'c"d', True)


def test_basic_is_answered_where_nothing_better_is_offered() -> None:
    authorizer = Authorizer(ENDPOINT)
    assert authorizer.accept(['Basic realm="cam"'])
    expected = base64.b64encode(b"petugas:kenari 7Q!").decode()
    assert authorizer.header("PLAY", URL) == f"Basic {expected}"


def test_wrong_password_is_tried_once() -> None:
    authorizer = Authorizer(ENDPOINT)
    assert authorizer.accept(['Digest realm="cam", nonce="1"'])
    assert not authorizer.accept(['Digest realm="cam", nonce="2"'])


def test_stale_nonce_is_renewed() -> None:
    authorizer = Authorizer(ENDPOINT)
    assert authorizer.accept(['Digest realm="cam", nonce="1"'])
    assert authorizer.accept(['Digest realm="cam", nonce="2", stale=true'])
    assert 'nonce="2"' in (authorizer.header("PLAY", URL) or "")


def test_answer_to_a_request_without_a_password_proves_none() -> None:
    authorizer = Authorizer(ENDPOINT)
    authorizer.accepted()
    assert authorizer.accept(['Digest realm="cam", nonce="1"'])
    assert not authorizer.accept(['Digest realm="cam", nonce="2"'])


def test_realm_goes_back_in_the_cameras_own_bytes() -> None:
    realm = "摄像机".encode()
    endpoint = Endpoint("kamera", username="pétugas", password="kenari")
    authorizer = Authorizer(endpoint)
    assert authorizer.accept([f'Digest realm="{realm.decode("latin-1")}", nonce="n"'])
    header = authorizer.header("PLAY", URL)
    assert header is not None
    sent = header.encode("latin-1")
    assert realm in sent
    sent_as = [part.decode("latin-1") for part in ("pétugas".encode(), realm, b"kenari")]
    secret = hashed("md5", *sent_as)
    expected = hashed("md5", secret, "n", hashed("md5", "PLAY", URL))
    assert f'response="{expected}"'.encode() in sent


def test_new_nonce_is_taken_once_the_password_was_proven() -> None:
    authorizer = Authorizer(ENDPOINT)
    assert authorizer.accept(['Digest realm="cam", nonce="1"'])
    authorizer.accepted()
    assert authorizer.accept(['Digest realm="cam", nonce="2"'])
    assert not authorizer.accept(['Digest realm="cam", nonce="2"'])


def test_nothing_is_sent_without_a_name_or_to_unknown_schemes() -> None:
    assert not Authorizer(Endpoint("kamera")).accept(['Digest realm="cam", nonce="1"'])
    for value in ("Negotiate", 'Digest realm="c", nonce="1", algorithm=MD5-sess', ""):
        assert not Authorizer(ENDPOINT).accept([value])
    assert not Authorizer(ENDPOINT).accept(['Digest realm="c", nonce="1", qop="auth-int"'])
