"""The table in Python and the trigger in the database say the same, over every pair of states."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from requests_app.enums import RequestState as S
from requests_app.lifecycle import FINAL, TABLE, allowed
from requests_app.models import AccessRequest
from tests.factories import requests_app as make

pytestmark = pytest.mark.django_db


def refusal(statement: str, *values: Any) -> str:
    """What the database says to the application's role; empty when it agrees. Undone after."""
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement, values)
                transaction.set_rollback(True)
        except DatabaseError as error:
            return str(error)
    return ""


def test_every_state_is_in_the_table() -> None:
    assert set(TABLE) == set(S)


def test_only_the_table_names_a_way() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portal_app",)
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'requests_guard_request'")
        source = cursor.fetchone()[0]
    for start in S:
        for end in S:
            named = f"('{start}', '{end}')" in source
            assert named == (allowed(start, end) is not None), (start, end)


@pytest.mark.parametrize("start", make.IN_STATE)
def test_database_refuses_every_other_pair(start: S) -> None:
    row = make.IN_STATE[start]()
    for end in set(S) - {start}:
        said = refusal(
            "UPDATE requests_app_accessrequest SET state = %s WHERE id = %s", end, row.pk
        )
        is_way = "does not go from" not in said
        assert is_way == (allowed(start, end) is not None), (start, end, said)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (S.DRAFT, S.SUBMITTED),
        (S.SUBMITTED, S.APPROVED),
        (S.SUBMITTED, S.REFUSED),
        (S.ISSUED, S.EXPORTED),
        (S.EXPORTED, S.HANDED_OVER),
        (S.HANDED_OVER, S.ERASED),
        (S.HANDED_OVER, S.CLOSED),
    ],
)
def test_database_wants_the_papers_of_a_move(start: S, end: S) -> None:
    row = make.IN_STATE[start]()
    assert refusal("UPDATE requests_app_accessrequest SET state = %s WHERE id = %s", end, row.pk)


def test_database_wants_a_confirmed_phone_decision_before_a_passphrase() -> None:
    row = make.approved_by_phone()
    said = refusal("UPDATE requests_app_accessrequest SET state = 'ISSUED' WHERE id = %s", row.pk)
    assert "lacks what it stands on" in said
    said = refusal(
        "INSERT INTO requests_app_issuance (request_id, passphrase_hash, issued_by_id, issued_at,"
        " expires_at) SELECT id, 'x', applicant_id, now(), now() + interval '1 h' "
        "FROM requests_app_accessrequest WHERE id = %s",
        row.pk,
    )
    assert "needs an approval that is confirmed" in said


@pytest.mark.parametrize("state", [state for state in S if state is not S.DRAFT])
def test_request_begins_only_as_a_draft(state: S) -> None:
    row = make.draft()
    said = refusal(
        "INSERT INTO requests_app_accessrequest SELECT (jsonb_populate_record(r, jsonb_build_object"
        "('id', gen_random_uuid(), 'state', %s::text))).* FROM requests_app_accessrequest r "
        "WHERE id = %s",
        state,
        row.pk,
    )
    assert "does not begin as" in said


@pytest.mark.parametrize("end", sorted(FINAL - {S.LAPSED}))
def test_a_final_state_holds_nothing_and_opens_nothing(end: S) -> None:
    row = make.IN_STATE[end]()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM recordings_hold WHERE reference = %s"
            " AND released_at IS NULL) + (SELECT count(*) FROM requests_app_issuance"
            " WHERE request_id = %s AND revoked_at IS NULL)",
            [str(row.pk), row.pk],
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    "change",
    [
        "starts_at = starts_at - interval '1 h'",
        "purpose = 'SECURITY'",
        "number = '999/CCTV/I/2026'",
        "applicant_id = entered_by_id + 1",
        "decided_by_id = NULL",
        "approved_end = ends_at - interval '1 min'",
        "exported_by_id = applicant_id",
        "exported_by_id = decided_by_id",
        "second_person_id = decided_by_id",
        "applicant_confirmed_at = now()",
    ],
)
def test_what_was_asked_and_decided_stays(change: str) -> None:
    row = make.issued()
    said = refusal(f"UPDATE requests_app_accessrequest SET {change} WHERE id = %s", row.pk)  # noqa: S608 - words of this test
    assert said
    assert "syntax" not in said


def test_own_request_is_not_decided_by_oneself_even_by_sql() -> None:
    row = make.validated()
    said = refusal(
        "UPDATE requests_app_accessrequest SET decided_by_id = applicant_id WHERE id = %s", row.pk
    )
    assert "request_decided_by_another" in said


@pytest.mark.parametrize(
    "table", ["transition", "validation", "decision", "issuance", "requestcamera"]
)
def test_history_rows_stay(table: str) -> None:
    row = make.issued()
    assert refusal(f"DELETE FROM requests_app_{table} WHERE request_id = %s", row.pk)  # noqa: S608
    assert refusal(f"UPDATE requests_app_{table} SET id = id + 1000 WHERE request_id = %s", row.pk)  # noqa: S608


def test_a_sent_request_and_its_number_stay() -> None:
    row = make.submitted()
    assert refusal("DELETE FROM requests_app_accessrequest WHERE id = %s", row.pk)
    assert refusal("UPDATE requests_app_numbercounter SET last = last - 1")
    assert refusal("UPDATE requests_app_numbercounter SET last = last + 2")
    assert AccessRequest.objects.get(pk=row.pk).number == row.number
