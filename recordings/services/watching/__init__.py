"""What the watch looks at: each check asks for a result, never whether something ran.

A check gets a Look and answers with what it found; an open alarm of its kinds that it does not find
again is over. What a check wants to be shown as a gauge it writes into `look.noted`.
"""

from __future__ import annotations
