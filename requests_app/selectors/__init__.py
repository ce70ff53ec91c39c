from __future__ import annotations

from requests_app.selectors.gate import request_for

__all__ = ["request_for"]
