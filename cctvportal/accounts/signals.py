"""News from this layer for the layers above. Sent inside the transaction of what they tell."""

from __future__ import annotations

from django.dispatch import Signal

# permission: str, by: Caller, target: models.Model | None
access_denied = Signal()
# action: str, by: Caller, subject: models.Model, facts: dict
account_changed = Signal()
