"""The media process: cameras in, encrypted segments out. It knows no database and no folder.

The recorder passes open files and the addresses of cameras over a socket (`protocol`); this side
only ever writes to what it was given. It ends when the socket closes, and the kernel ends it when
the recorder dies.
"""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import select
import signal
import socket
import time
from typing import TYPE_CHECKING, Final

from recordings.media.errors import place_of
from recordings.media.protocol import (
    Channel,
    Prepared,
    ProtocolError,
    Stop,
    Unwatch,
    Watch,
)
from recordings.media.watch import CameraWatch

if TYPE_CHECKING:
    from uuid import UUID

    from recordings.media.protocol import Message, Report

log = logging.getLogger(__name__)

HEALTH_SECONDS: Final = 4.0
_END_SECONDS: Final = 3.0
_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h
_PR_SET_NO_NEW_PRIVS: Final = 38
_FILES: Final = 1024


def harden(parent: int) -> None:
    """Die with the recorder, gain no rights, leave no memory image with keys behind."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, hard), hard))
    # A supervisor signals the whole group; the recorder says when to end, by the socket.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)


class MediaProcess:
    """Carries out the recorder's orders until it stops or the socket closes."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._watches: dict[UUID, CameraWatch] = {}
        self._leaving: list[CameraWatch] = []

    def run(self) -> None:
        poll = select.poll()
        poll.register(self._channel.fileno(), select.POLLIN)
        due = time.monotonic() + HEALTH_SECONDS
        try:
            while True:
                if poll.poll(max(0.0, due - time.monotonic()) * 1000):
                    received = self._channel.receive()
                    if received is None or isinstance(received[0], Stop):
                        return
                    self._obey(*received)
                if time.monotonic() >= due:
                    self._tell_health()
                    due = time.monotonic() + HEALTH_SECONDS
        finally:
            self._end()

    def _obey(self, order: Message, descriptors: tuple[int, ...]) -> None:
        match order:
            case Watch():
                self._leave(order.camera)
                watch = self._watches[order.camera] = CameraWatch(order, self._tell)
                watch.start()
            case Unwatch():
                self._leave(order.camera)
            case Prepared() if len(descriptors) == 1 and order.camera in self._watches:
                self._watches[order.camera].blanks.add(order, descriptors[0])
            case _:
                for each in descriptors:
                    os.close(each)

    def _leave(self, camera: UUID) -> None:
        watch = self._watches.pop(camera, None)
        if watch is not None:
            watch.end()
            self._leaving.append(watch)
        self._leaving = [each for each in self._leaving if each.is_alive()]

    def _tell_health(self) -> None:
        for watch in self._watches.values():
            try:
                health = watch.health()
            except Exception as error:  # noqa: BLE001 - it must not end the cameras beside it
                log.error("camera %s: no health: %s", watch.camera, place_of(error))  # noqa: TRY400 - a traceback may show a key
            else:
                self._tell(health)

    def _tell(self, report: Report) -> None:
        try:
            self._channel.send(report)
        except OSError:
            # Nobody hears us. The main thread sees the socket close; the sidecar-less file of a
            # closed segment is salvaged by the next recorder.
            log.debug("the recorder is gone")

    def _end(self) -> None:
        for camera in list(self._watches):
            self._leave(camera)
        for watch in self._leaving:
            watch.join(_END_SECONDS)


def main(arguments: list[str]) -> int:
    """`arguments`: the number of the inherited socket, and the recorder's process id."""
    logging.basicConfig(level=logging.WARNING, format="media %(levelname)s %(message)s")
    descriptor, parent = (int(each) for each in arguments)
    harden(parent)
    channel = Channel(socket.socket(fileno=descriptor))
    try:
        MediaProcess(channel).run()
    except (ProtocolError, OSError) as error:
        log.error("media process ends: %s", error)  # noqa: TRY400 - a traceback may show a key
        return 1
    finally:
        channel.close()
    return 0
