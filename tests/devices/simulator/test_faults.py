"""The planted faults of the virtual camera, seen by a bare client."""

from __future__ import annotations

import time

import pytest

from devices.simulator import VirtualCamera
from tests.devices.simulator.peer import Peer


def peer_of(camera: VirtualCamera) -> Peer:
    return Peer(camera.rtsp_url, camera.username, camera.password)


def numbers(peer: Peer, count: int) -> list[int]:
    """Sequence numbers of the next RTP packets."""
    found: list[int] = []
    while len(found) < count:
        channel, packet = peer.packet()
        if channel == 0:
            found.append(int.from_bytes(packet[2:4], "big"))
    return found


@pytest.mark.parametrize("method", ["OPTIONS", "DESCRIBE", "SETUP"])
def test_hanging_camera_answers_all_but_one_method(camera: VirtualCamera, method: str) -> None:
    camera.hang(method)
    with peer_of(camera) as peer:
        assert peer.ask("GET_PARAMETER").status == 401
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.ask(method)
    camera.resume()
    with peer_of(camera) as peer:
        assert peer.ask("OPTIONS").status == 200


def test_dripping_camera_takes_its_time(camera: VirtualCamera) -> None:
    camera.drip()
    begun = time.monotonic()
    with peer_of(camera) as peer:
        assert peer.ask("OPTIONS").status == 200
    assert time.monotonic() - begun > 2.0


def test_losing_camera_sends_every_second_packet(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        peer.play()
        numbers(peer, 3)
        camera.lose()
        time.sleep(0.3)
        assert all(number % 2 == 0 for number in numbers(peer, 30)[-10:])


def test_flooding_camera_sends_the_same_again(camera: VirtualCamera) -> None:
    with peer_of(camera) as peer:
        peer.play()
        numbers(peer, 3)
        camera.flood()
        time.sleep(0.3)
        seen = numbers(peer, 300)[100:]
        assert len(set(seen)) < len(seen) / 10
