"""Keeps a session alive while it plays (RFC 2326 sections 10.8 and 12.37)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from devices.rtsp.dialogue import check

if TYPE_CHECKING:
    from devices.rtsp.dialogue import Dialogue
    from devices.rtsp.message import Message

_LEAST, _MOST = 1.0, 30.0
_SEND_PATIENCE = 2.0


class Keepalive:
    """Sends GET_PARAMETER, or OPTIONS to cameras that do not know it, at half the timeout."""

    def __init__(self, dialogue: Dialogue, url: str, public: str, timeout: float) -> None:
        self._dialogue = dialogue
        self._url = url
        methods = {word.strip().upper() for word in public.split(",")}
        self._method = "GET_PARAMETER" if "GET_PARAMETER" in methods else "OPTIONS"
        self._interval = min(max(timeout / 2, _LEAST), _MOST)
        self._sent: int | None = None
        self.due = time.monotonic() + self._interval

    def send_if_due(self) -> None:
        now = time.monotonic()
        if now >= self.due:
            self._send(now)

    def _send(self, now: float) -> None:
        self._sent = self._dialogue.post(self._method, self._url, now + _SEND_PATIENCE)
        self.due = now + self._interval

    def answer(self, message: Message) -> None:
        """Take an answer; raises RtspError when the session or the password is gone."""
        if self._sent is None or message.sequence not in {self._sent, None}:
            return
        self._sent = None
        if message.status == 401 and self._dialogue.renew(message):
            self._send(time.monotonic())
        elif message.status in {401, 403, 454}:
            check(message)
        elif message.status >= 400:
            # Refused as a method, or with no reason: the video itself shows whether it lives.
            self._method = "OPTIONS"
