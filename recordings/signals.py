"""News for the layer above, sent inside the transaction of what it tells."""

from __future__ import annotations

from django.dispatch import Signal

# All three carry `export`, the Export row. `export_settling` comes first in the transaction of
# `export_verified`, before a row is locked: the layer above locks its own here, so that everybody
# takes the locks in one order.
export_settling = Signal()
export_verified = Signal()
export_failed = Signal()
# Carries `erasure`, the Erasure row.
source_erased = Signal()
