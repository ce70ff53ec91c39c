"""News for the layer above, sent inside the transaction of what it tells."""

from __future__ import annotations

from django.dispatch import Signal

# Both carry `export`, the Export row.
export_verified = Signal()
export_failed = Signal()
# Carries `erasure`, the Erasure row.
source_erased = Signal()
