"""Whether what must be true is true: the invariants I1 to I10 of the store (security.md 4).

Operators run it (`manage.py verify_recordings`), the fault suite runs it after each fault, and the
portal runs it by itself every night. It changes nothing, and it runs beside a recorder and a
purge: whatever looks wrong is looked at again, file and row, before it is called a violation.

I9 (work is accepted again within thirty seconds) is a matter of time, which the fault suite
measures; nothing at rest tells it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings

from cctvportal.accounts.access import Caller, service
from cctvportal.common.clock import now
from recordings.models import Volume
from recordings.services.reconcile import MIN_AGE
from recordings.services.verify import (
    effects,
    entries,
    footage,
    logs,
    packages,
    seals,
    terms,
    tombs,
)
from recordings.services.verify.survey import Check, Invariant, Level, Report, Survey, Violation

__all__ = ["Invariant", "Level", "Report", "Survey", "Violation", "check", "register"]

# In this order: `tombs` asks about the keys that `footage` met.
_OURS: tuple[Check, ...] = (
    footage.check,
    tombs.check,
    seals.check,
    terms.check,
    effects.check,
    entries.check,
    logs.check,
    packages.check,
)
_REGISTERED: dict[Invariant, list[Check]] = defaultdict(list)


def register(invariant: Invariant, function: Check) -> None:
    """Adds what an app above knows of an invariant; called once, from its ready().

    `function` gets the Survey: it counts what it looks at, and tells violations of `invariant`.
    """
    if function not in _REGISTERED[invariant]:
        _REGISTERED[invariant].append(function)


@service("recordings.run")
def check(
    *,
    level: Level,
    volumes: Sequence[Volume] | None = None,
    min_age: timedelta = MIN_AGE,
    by: Caller,
) -> Report:
    """Looks at everything once. `volumes`: those whose files are looked at, else all of this node.

    Files and rows younger than `min_age` count as on their way; with none at work it may be zero.
    A volume that is not attached is a violation, not an error.
    """
    del by
    if volumes is None:
        volumes = list(Volume.objects.filter(node=settings.NODE_NAME).order_by("label"))
    survey = Survey(level, tuple(volumes), min_age, now())
    for ours in _OURS:
        ours(survey)
    for functions in _REGISTERED.values():
        for function in functions:
            function(survey)
    return survey.report()
