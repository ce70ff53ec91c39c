from __future__ import annotations

import hashlib
import json
import os
import uuid
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from cctvportal.audit.models import Entry, PersonalValue
from cctvportal.common.clock import now

if TYPE_CHECKING:
    from collections.abc import Mapping


def canonical_json(value: Any) -> bytes:
    """RFC 8785 in the part that we use: sorted keys, no blanks, UTF-8, no floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def record(
    action: str,
    *,
    by: Any,
    subject: models.Model | None = None,
    facts: Mapping[str, Any] | None = None,
    persons: Mapping[str, str] | None = None,
) -> Entry:
    """Writes one entry of the access book inside the transaction of what it tells.

    `by` is the acting user, or SYSTEM. `facts` are ids, times and numbers; whatever names a person
    goes into `persons`. Raises RuntimeError outside a transaction: a change without its entry, or
    an entry without its change, must not be possible (SOP, Pencatatan 1).
    """
    if not connection.in_atomic_block:
        raise RuntimeError("An audit entry belongs into the transaction of its change.")
    salted = {field: (os.urandom(16), value) for field, value in (persons or {}).items()}
    identity, moment = uuid.uuid4(), now()
    subject_type = subject._meta.label_lower if subject is not None else ""  # noqa: SLF001 - Django's public _meta
    subject_id = str(subject.pk) if subject is not None else ""
    body = {
        "action": action,
        "actor": by.pk,
        "at": moment.isoformat(timespec="microseconds"),
        "facts": facts or {},
        "id": str(identity),
        "persons": {
            field: hashlib.sha256(salt + value.encode()).hexdigest()
            for field, (salt, value) in salted.items()
        },
        "subject": [subject_type, subject_id],
    }
    entry = Entry.objects.create(
        id=identity,
        serial=_next_serial(),
        at=moment,
        action=action,
        actor_id=by.pk,
        subject_type=subject_type,
        subject_id=subject_id,
        facts=body["facts"],
        canonical=canonical_json(body),
    )
    PersonalValue.objects.bulk_create(
        PersonalValue(entry=entry, field=field, salt=salt, value=value)
        for field, (salt, value) in salted.items()
    )
    return entry


def _next_serial() -> int:
    """From a sequence: order of writing, without a lock that would queue up all transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_entry_serial')")
        return int(cursor.fetchone()[0])
