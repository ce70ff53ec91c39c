"""A whole session with a camera of each maker that we know."""

from __future__ import annotations

import pytest

from devices.rtsp import Session
from tests.devices.rtsp.makers import MAKERS
from tests.devices.rtsp.peer import running


@pytest.mark.parametrize("name", MAKERS)
def test_camera_of_a_known_maker_is_played(name: str) -> None:
    maker = MAKERS[name]
    with running(maker.camera()) as camera:
        with Session(camera.endpoint) as session:
            stream = session.units()
            units = [next(stream), next(stream)]
            track = session.track
        asked = camera.endpoint.url
    assert [unit.keyframe for unit in units] == [True, False]
    assert (track.codec, track.width, track.height) == (maker.codec, 176, 144)
    said = [(each.method, each.url, each.headers.get("session")) for each in camera.heard]
    setup, play = (url.replace("{asked}", asked) for url in (maker.setup_url, maker.play_url))
    assert said == [
        ("OPTIONS", asked, None),
        ("DESCRIBE", asked, None),
        ("SETUP", setup, None),
        ("PLAY", play, maker.session),
        ("TEARDOWN", play, maker.session),
    ]
