"""What the player gets, and what no address gives (design.md 7)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import uuid4

import av
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cctvportal.audit.models import Entry
from cctvportal.common.clock import now
from devices.simulator import strip
from requests_app.models import AccessRequest
from requests_app.services.close import close_without_export, revoke
from tests.browser import BACKEND
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, officer
from tests.factories.recordings import filmed_segment
from tests.requests_app.room.filming import Room, build, stamped

FIRST, LAST = 0, -1


def addresses(room: Room) -> list[str]:
    """Every address of this room that gives a picture, or leads to one."""
    segment = room.segments[1].pk
    return [
        room.url("playlist", room.camera.pk),
        room.url("opening", segment),
        room.url("segment", segment),
        room.url("still", room.camera.pk, 6),
    ]


def stamp(frame: av.VideoFrame) -> datetime:
    """When the picture says that it was taken."""
    plane = cast("strip.Plane", frame.to_ndarray(format="gray"))
    return datetime.fromtimestamp(strip.decode(plane).seconds, UTC)


def lines(text: str, start: str) -> list[str]:
    return [line.removeprefix(start) for line in text.splitlines() if line.startswith(start)]


def test_playlist_tells_media_gaps_and_times(opened: Client, room: Room) -> None:
    answer = opened.get(room.url("playlist", room.camera.pk))
    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert "no-store" in answer.headers["Cache-Control"]
    assert lines(text, "#EXT-X-MAP") == [f':URI="{room.url("opening", room.segments[0].pk)}"']
    assert lines(text, "/ruang") == [
        room.url("segment", row.pk).removeprefix("/ruang") for row in room.segments
    ]
    assert len(lines(text, "#EXT-X-GAP")) == 1
    lengths = [float(found.rstrip(",")) for found in lines(text, "#EXTINF:")]
    assert lengths == [5, 10, 20, 10, 10, 5]
    told = datetime.fromisoformat(lines(text, "#EXT-X-PROGRAM-DATE-TIME:")[0])
    assert told == room.request.approved_start
    assert sum(lengths) == 60
    assert text.endswith("#EXT-X-ENDLIST\n")


@pytest.mark.parametrize("which", [FIRST, 1, LAST])
def test_bytes_decode_to_frames_inside_the_range(opened: Client, room: Room, which: int) -> None:
    start, end = room.request.approved_start, room.request.approved_end
    assert start is not None
    assert end is not None
    segment = room.segments[which]
    body = b"".join(
        opened.get(room.url(name, segment.pk)).content for name in ("opening", "segment")
    )
    with av.open(io.BytesIO(body), "r", format="mp4") as container:
        frames = list(container.decode(video=0))
    assert len(frames) == (50 if which in {FIRST, LAST} else 100)
    for frame in frames:
        taken = stamp(frame)
        assert start <= taken < end
        assert abs(start + timedelta(seconds=frame.time or 0) - taken) < timedelta(milliseconds=2)


def test_every_segment_and_still_is_booked_once(opened: Client, room: Room) -> None:
    for _ in range(2):
        for url in addresses(room):
            assert opened.get(url).status_code == 200
    booked = Entry.objects.filter(action="footage.viewed").order_by("serial")
    assert [(entry.facts["way"], entry.facts["reference"]) for entry in booked] == [
        ("video", str(room.request.pk)),
        ("still", str(room.request.pk)),
    ]
    video = booked[0]
    assert video.actor == room.request.applicant
    assert video.facts["number"] == room.request.number
    assert video.facts["from"] == room.segments[1].started_at.isoformat()  # type: ignore[union-attr] # READY


def test_still_is_a_picture_of_its_time(opened: Client, room: Room) -> None:
    body = opened.get(room.url("still", room.camera.pk, 6)).content
    with av.open(io.BytesIO(body), "r") as container:
        taken = stamp(next(container.decode(video=0)))
    assert room.request.approved_start is not None
    assert taken == room.request.approved_start + timedelta(seconds=6)


def test_what_the_permission_does_not_cover_is_not_found(opened: Client, room: Room) -> None:
    foreign = build("Ruang lain", length=20).segments[1]
    start = room.request.approved_start
    assert start is not None
    early = start - timedelta(minutes=1)
    before = filmed_segment(room.camera, room.segments[0].volume, early, stamped(early, 10))
    left_out = room.request.cameras.get(approved=False).camera_id
    outside = [
        room.url(name, segment)
        for name in ("segment", "opening")
        for segment in (foreign.pk, before.pk, uuid4())
    ]
    outside += [room.url("still", room.camera.pk, second) for second in (20, 60, 10**9)]
    outside += [room.url(name, left_out, *more) for name, more in PER_CAMERA]
    outside += [room.url(name, foreign.camera_id, *more) for name, more in PER_CAMERA]
    assert {url: opened.get(url).status_code for url in outside} == dict.fromkeys(outside, 404)
    assert not Entry.objects.filter(action="footage.viewed").exists()


PER_CAMERA: list[tuple[str, tuple[int, ...]]] = [("playlist", ()), ("still", (6,)), ("view", ())]


def test_other_request_of_the_same_person_stays_shut(opened: Client, room: Room) -> None:
    other = make.issued(make.approved(make.submitted(room.request.applicant)))
    camera = other.cameras.get().camera_id
    assert opened.get(reverse("room:playlist", args=[other.pk, camera])).status_code == 404
    segment = reverse("room:segment", args=[other.pk, room.segments[1].pk])
    assert opened.get(segment).status_code == 404


def expire(_row: AccessRequest) -> timedelta:
    return timedelta(hours=8, seconds=1)


def take_back(row: AccessRequest) -> timedelta:
    revoke(row, reason="Dibatalkan", by=approver())
    return timedelta(0)


def close(row: AccessRequest) -> timedelta:
    close_without_export(row, by=officer())
    return timedelta(0)


@pytest.mark.parametrize("end", [expire, take_back, close])
def test_nothing_is_served_once_the_access_has_ended(
    opened: Client, room: Room, end: Callable[[AccessRequest], timedelta]
) -> None:
    mark = opened.session["room"]
    with time_machine.travel(now() + end(room.request)):
        # A session that is still alive, with the mark of the time before.
        opened.force_login(room.request.applicant, backend=BACKEND)
        session = opened.session
        session["room"] = mark
        session.save()
        assert [opened.get(url).status_code for url in addresses(room)] == [404] * 4
        assert opened.get(room.url("view")).headers["Location"] == room.url("open")


def test_a_mark_in_another_persons_session_opens_nothing(opened: Client, room: Room) -> None:
    for person in (applicant(), approver(), officer()):
        visitor = Client()
        visitor.force_login(person, backend=BACKEND)
        session = visitor.session
        session["room"] = opened.session["room"]
        session.save()
        assert [visitor.get(url).status_code for url in addresses(room)] == [404] * 4


def test_page_tells_the_range_its_gap_and_who_looks(opened: Client, room: Room) -> None:
    page = opened.get(room.url("view", room.camera.pk)).content.decode()
    words = re.sub(r"\s+", " ", page)
    assert "Terputus 20 detik" in words
    assert "tidak ada rekaman" in words
    assert words.count(f"<span>Pemohon Contoh<br>{room.request.number}<br>") == 4
    assert "Tidak disetujui" in words
    assert "Diminta" in words
    stills = re.findall(r'<img src="(/ruang/[^"]+\.jpg)"', page)
    assert len(stills) == 4
    assert {opened.get(url).status_code for url in stills} == {200}


def test_large_still_leads_to_its_neighbours(opened: Client, room: Room) -> None:
    page = opened.get(room.url("view"), {"saat": "50"}).content.decode()
    assert room.url("still", room.camera.pk, 50) in page
    assert '"?saat=40#diam"' in page
    assert '"?saat=59#diam"' in page
    for odd in ("-1", "60", "x", "٣", "1" * 30):
        plain = opened.get(room.url("view"), {"saat": odd})
        assert plain.status_code == 200
        assert "cp-player--still" not in plain.content.decode()


def test_h265_is_told_in_words(db: None, data_dir: object) -> None:
    room = build(length=20, codec="h265")
    visitor = Client()
    visitor.force_login(room.request.applicant, backend=BACKEND)
    visitor.post(room.url("open"), {"passphrase": room.passphrase})
    assert "merekam dengan H.265" in visitor.get(room.url("view")).content.decode()
    assert visitor.get(room.url("still", room.camera.pk, 6)).status_code == 200
