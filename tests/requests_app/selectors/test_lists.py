from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from cctvportal.accounts.enums import ApplicantKind
from cctvportal.common.clock import now
from requests_app.selectors.history import history
from requests_app.selectors.lists import (
    desk,
    erasures_to_confirm,
    inbox,
    own_requests,
    sent_requests,
    told_by_phone,
)
from requests_app.selectors.next_step import Turn, next_step
from requests_app.services.erase import request_erasure
from requests_app.services.keys import confirm_key_received, hand_key, take_key_back
from tests.factories import requests_app as make
from tests.factories.accounts import applicant, approver, delegate, officer
from tests.factories.devices import RoomKeyFactory

pytestmark = pytest.mark.django_db


def test_own_requests_are_the_own_ones_newest_first() -> None:
    person = applicant()
    first, second, third = make.submitted(person), make.draft(person), make.oral(person)
    make.submitted()
    assert [row.pk for row in own_requests(person)] == [third.pk, second.pk, first.pk]


def test_inbox_is_oldest_first_without_the_own_and_the_decided() -> None:
    head = approver(applicant_kind=ApplicantKind.ASSESSMENT)
    first, second = make.submitted(), make.submitted()
    make.approved()
    make.submitted(head)
    assert [row.pk for row in inbox(head)] == [first.pk, second.pk]


def test_approver_is_told_what_waits_for_their_login() -> None:
    head = approver()
    row = make.approved_by_phone(head=head)
    assert [waiting.pk for waiting in told_by_phone(head)] == [row.pk]
    assert not told_by_phone(approver())
    assert not sent_requests().filter(state="DRAFT")


def test_approver_is_told_of_erasures_to_confirm() -> None:
    row = make.handed_over()
    assert not erasures_to_confirm(approver())
    request_erasure(row, typed=str(row.number), by=officer())
    assert [waiting.pk for waiting in erasures_to_confirm(approver())] == [row.pk]


@pytest.mark.parametrize(
    ("row", "turn"),
    [
        ("draft", Turn.APPLICANT),
        ("submitted", Turn.APPROVER),
        ("approved", Turn.OFFICER),
        ("approved_by_phone", Turn.APPROVER),
        ("issued", Turn.APPLICANT),
        ("exported", Turn.OFFICER),
        ("handed_over", Turn.OFFICER),
        ("closed", None),
    ],
)
def test_next_step_says_whose_turn_it_is(row: str, turn: Turn | None) -> None:
    step = next_step(getattr(make, row)())
    assert (step.turn if step else None) == turn


def test_desk_lists_keys_that_are_out_and_oral_requests_that_nobody_confirmed() -> None:
    row = make.issued()
    out = hand_key(row, key=RoomKeyFactory(), by=officer())
    make.oral()
    tasks = desk()
    assert [task.handout for task in tasks if task.handout] == [out]
    assert not any(task.is_late and task.mine for task in tasks)
    with time_machine.travel(now() + timedelta(days=4)):
        late = [task for task in desk() if task.mine and task.is_late]
    assert len(late) == 2
    assert any("mengingatkan pemohon" in task.what for task in late)


def test_history_tells_the_delegation_the_call_the_key_and_who_confirmed() -> None:
    row = make.validated(make.oral())
    row = make.approved(row, by=delegate())
    row = make.issued(row)
    out = hand_key(row, key=RoomKeyFactory(label="RR-1"), by=officer())
    confirm_key_received(out, by=row.applicant)
    take_key_back(out, by=officer())
    lines = history(row)
    titles = [line.title for line in lines]
    assert titles[0] == "Permohonan diajukan"
    assert "Lisan, dicatat" in lines[0].note
    assert "Ketua dihubungi" in titles
    assert titles[-3:] == ["Kunci RR-1 diserahkan", "Kunci RR-1 diterima", "Kunci RR-1 kembali"]
    decided = next(line for line in lines if line.title.startswith("Izin diputuskan"))
    assert "Plh" in decided.note
