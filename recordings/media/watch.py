"""Records one camera for as long as it is wanted, whatever the camera does."""

from __future__ import annotations

import logging
import random
import threading
import time
from typing import TYPE_CHECKING, Final

from devices.rtsp import Endpoint, ErrorKind, RtspError, Session
from recordings.media.errors import MediaError, place_of
from recordings.media.protocol import Health, Lost, Unwatched
from recordings.media.tape import Blanks, SegmentBroken, Tape

if TYPE_CHECKING:
    from collections.abc import Callable

    from devices.rtsp import Stats
    from recordings.media.protocol import Report
    from recordings.media.protocol import Watch as Wanted

log = logging.getLogger(__name__)

# Packets gather meanwhile: a thread that then works on several frames at once costs half as much.
# The newest of them is younger than a frame interval, and 0.29 s is no multiple of a usual one:
# so the least delayed arrival of some seconds still tells the time.
_NAP: Final = 0.29
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
# A repeated wrong password locks accounts on many cameras (devices.md 5).
_WAIT_AFTER_REFUSAL: Final = 300.0
_WAIT_AFTER_DISK: Final = 5.0
_STEADY: Final = 30.0
_BLANK_PATIENCE: Final = 5.0

# Written into the books: sentences of ours only, never what a library or the system said.
_NO_FILE: Final = "Tidak ada berkas yang disiapkan untuk rekaman."
_NOT_RECORDABLE: Final = "Gambar dari kamera tidak dapat direkam."

_CAUSES: Final = {
    ErrorKind.AUTH: "AUTH",
    ErrorKind.STALLED: "STALLED",
    ErrorKind.CLOCK_JUMP: "CLOCK_JUMP",
    ErrorKind.NOT_VIDEO: "NOT_VIDEO",
    ErrorKind.NOT_FOUND: "NOT_VIDEO",
    ErrorKind.PROTOCOL: "NOT_VIDEO",
    ErrorKind.LIMIT: "NOT_VIDEO",
}


class Pause:
    """How long to wait before the next try: doubled, capped, and spread by chance."""

    def __init__(self) -> None:
        self._next = _FIRST_WAIT

    def after(self, error: RtspError, *, lasted: float) -> float:
        """Seconds. `lasted` says how long the session went well."""
        if error.kind is ErrorKind.AUTH:
            return _WAIT_AFTER_REFUSAL
        if lasted >= _STEADY:
            self._next = _FIRST_WAIT
        if error.kind is ErrorKind.CLOCK_JUMP and lasted >= _FIRST_WAIT:
            return 0.0  # the camera is well, only its clock moved
        wait = _LONGEST_WAIT if error.permanent else self._next
        self._next = min(self._next * 2, _LONGEST_WAIT)
        return wait * random.uniform(0.7, 1.0)  # noqa: S311 - it only spreads the load


class CameraWatch(threading.Thread):
    """The thread of one camera. Tells Opened, Closed, Broken and Lost, at last Unwatched."""

    def __init__(self, wanted: Wanted, tell: Callable[[Report], None]) -> None:
        super().__init__(name=f"kamera-{wanted.camera}", daemon=True)
        self.camera = wanted.camera
        self.blanks = Blanks()
        self._wanted = wanted
        self._tell = tell
        self._tape = Tape(wanted.camera, wanted.segment_s, self.blanks, tell)
        self._pause = Pause()
        self._ending = threading.Event()
        self._session: Session | None = None
        self._stats: Stats | None = None  # of the session that was opened last
        self._lock = threading.Lock()
        self._began = time.time()
        self._cause = ""  # of the gap that was told last, empty while frames come

    def end(self) -> None:
        """Asks the thread to finish its segment and end; from any thread, any number of times."""
        self._ending.set()
        self.blanks.shut()
        with self._lock:
            if self._session is not None:
                self._session.close()

    def health(self) -> Health:
        """At any time, from any thread: also while a session is being opened."""
        tape, stats = self._tape, self._stats
        lost = stats.lost_packets if stats is not None else 0
        return Health(self.camera, tape.last_frame_at, tape.frames, tape.bytes, lost)

    def run(self) -> None:
        try:
            while not self._ending.is_set():
                if not self.blanks.wait(_BLANK_PATIENCE):
                    self._lose("DISK", _NO_FILE)
                elif not self._ending.is_set():
                    self._ending.wait(self._attempt())
        except Exception as error:  # noqa: BLE001 - the recorder starts this camera anew
            log.error("camera %s: its thread ends: %s", self.camera, place_of(error))  # noqa: TRY400 - a traceback may show a key
            self._lose("NOT_VIDEO", _NOT_RECORDABLE)
            self._ending.wait(_WAIT_AFTER_DISK)
        finally:
            self.blanks.shut()
            self._tell(Unwatched(self.camera))

    def _attempt(self) -> float:
        """One session; returns how many seconds to wait before the next."""
        started = time.monotonic()
        try:
            try:
                self._play()
            finally:
                self._tape.finish()
        except RtspError as error:
            if self._ending.is_set():
                return 0.0
            self._lose(_CAUSES.get(error.kind, "OFFLINE"), str(error))
            return self._pause.after(error, lasted=time.monotonic() - started)
        except SegmentBroken as error:
            log.warning("camera %s: cannot write: %s", self.camera, error)
            self._lose("DISK", "Berkas rekaman tidak dapat ditulis.")
            return _WAIT_AFTER_DISK
        except (MediaError, ValueError) as error:
            log.warning("camera %s: %s", self.camera, place_of(error))
            found = ("NOT_VIDEO", _NOT_RECORDABLE) if self.blanks else ("DISK", _NO_FILE)
            self._lose(*found)
            return _WAIT_AFTER_DISK
        return 0.0

    def _play(self) -> None:
        wanted, tape = self._wanted, self._tape
        endpoint = Endpoint(
            wanted.host, wanted.port, wanted.target, wanted.username, wanted.password
        )
        session = Session(endpoint, nap=_NAP)
        with self._lock:
            self._session = session
        if self._ending.is_set():
            return
        tape.begin()
        with session:
            self._stats = session.stats
            for unit in session.units():
                tape.add(unit, session.track)
                self._cause = ""

    def _lose(self, cause: str, detail: str) -> None:
        """Tells a gap once, and again when its cause changes."""
        if cause != self._cause:
            since = self._tape.end if not self._cause and self._tape.frames else self._began
            self._began = time.time()
            self._cause = cause
            self._tell(Lost(self.camera, cause, since, detail[:200]))
