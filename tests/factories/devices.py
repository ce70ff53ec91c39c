from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from devices.enums import DeviceKind
from devices.models import Camera, Device, Room, RoomKey


class RoomFactory(DjangoModelFactory[Room]):  # type: ignore[misc] # untyped library
    class Meta:
        model = Room

    name = factory.Sequence(lambda n: f"Ruang Contoh {n}")


class RoomKeyFactory(DjangoModelFactory[RoomKey]):  # type: ignore[misc] # untyped library
    class Meta:
        model = RoomKey

    room = factory.SubFactory(RoomFactory)
    label = factory.Sequence(lambda n: f"K-{n:02d}")


class DeviceFactory(DjangoModelFactory[Device]):  # type: ignore[misc] # untyped library
    class Meta:
        model = Device

    name = factory.Sequence(lambda n: f"Perangkat Contoh {n}")
    kind = DeviceKind.RTSP
    host = "127.0.0.1"


class CameraFactory(DjangoModelFactory[Camera]):  # type: ignore[misc] # untyped library
    class Meta:
        model = Camera

    device = factory.SubFactory(DeviceFactory)
    room = factory.SubFactory(RoomFactory)
    name = factory.Sequence(lambda n: f"Kamera Contoh {n}")
    stream_url = factory.Sequence(lambda n: f"rtsp://127.0.0.1:8554/cam{n}")
