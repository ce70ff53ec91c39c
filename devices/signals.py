"""News for the layers above, sent inside the transaction of what it tells."""

from __future__ import annotations

from django.dispatch import Signal

# camera: Camera, by: Caller. A camera was added, changed, switched on or off, or removed.
camera_added = Signal()
camera_changed = Signal()
# incident: Incident, by: Caller
incident_opened = Signal()
incident_closed = Signal()
