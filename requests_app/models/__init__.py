from __future__ import annotations

from requests_app.models.access import Issuance, KeyHandout
from requests_app.models.decision import Decision, Validation
from requests_app.models.fulfilment import Fulfilment, HandOver, SourceErasure
from requests_app.models.request import AccessRequest, NumberCounter, RequestCamera, Transition

__all__ = [
    "AccessRequest",
    "Decision",
    "Fulfilment",
    "HandOver",
    "Issuance",
    "KeyHandout",
    "NumberCounter",
    "RequestCamera",
    "SourceErasure",
    "Transition",
    "Validation",
]
