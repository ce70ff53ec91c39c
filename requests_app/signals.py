"""News of this app, sent inside the transaction of what it tells."""

from __future__ import annotations

from django.dispatch import Signal

# request: AccessRequest, transition: Transition, by: Caller
request_advanced = Signal()
