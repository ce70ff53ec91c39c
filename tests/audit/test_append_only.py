from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.audit.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry() -> Entry:
    return record("test.written", by=SYSTEM, facts={"n": 1}, persons={"name": "Contoh"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "UPDATE audit_personalvalue SET value = 'x'",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_cannot_rewrite_the_book(entry: Entry, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.get(pk=entry.pk).action == "test.written"


def test_the_entry_holds_only_the_hash_of_a_name(entry: Entry) -> None:
    canonical = bytes(Entry.objects.get(pk=entry.pk).canonical).decode()
    assert "Contoh" not in canonical
    assert entry.persons.get().value == "Contoh"
