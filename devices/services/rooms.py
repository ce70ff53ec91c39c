"""Rooms, and the keys that open them."""

from __future__ import annotations

from django.db import transaction

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from devices.models import Room, RoomKey


@service("devices.add_room")
def add_room(room: Room, *, by: User) -> Room:
    """Raises ValidationError for a name that another room has."""
    with transaction.atomic():
        room.full_clean()
        room.save(force_insert=True)
        record("room.added", by=by, subject=room)
    return room


@service("devices.change_room")
def change_room(room: Room, *, by: User) -> Room:
    """Saves a changed name or place. Raises ValidationError."""
    with transaction.atomic():
        room.full_clean()
        room.save(force_update=True)
        record("room.changed", by=by, subject=room)
    return room


@service("devices.add_roomkey")
def add_key(key: RoomKey, *, by: User) -> RoomKey:
    """Registers a key by the sign that is on it. Raises ValidationError."""
    with transaction.atomic():
        key.full_clean()
        key.save(force_insert=True)
        record("roomkey.added", by=by, subject=key, facts={"room": key.room_id})
    return key


@service("devices.change_roomkey")
def change_key(key: RoomKey, *, by: User) -> RoomKey:
    """Saves a changed sign or room, or that the key is no longer used. Raises ValidationError."""
    with transaction.atomic():
        key.full_clean()
        key.save(force_update=True)
        facts = {"room": key.room_id, "retired": key.retired}
        record("roomkey.changed", by=by, subject=key, facts=facts)
    return key
