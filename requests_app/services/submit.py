from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from cctvportal.accounts.access import service
from cctvportal.accounts.models import User
from cctvportal.common.clock import WIB, now
from recordings.enums import HoldKind
from recordings.services import holds
from requests_app.enums import RequestState
from requests_app.models import AccessRequest, NumberCounter
from requests_app.services.advance import advance, expect, locked
from requests_app.services.limits import (
    check_askable,
    check_open,
    check_phone,
    check_words,
)

_ROMAN: Final = "I II III IV V VI VII VIII IX X XI XII".split()  # noqa: SIM905 - reads as a row


@service("requests_app.submit")
def submit(request: AccessRequest, *, by: User) -> AccessRequest:
    """Sends a draft: number, hold on cameras and range, SOP step 1 done, in one transaction.

    One's own login confirms the request; one that an officer wrote down waits for the
    applicant's. Raises Refused with the field for a missing or wrong answer, Conflict when it was
    sent already.
    """
    with transaction.atomic():
        row = locked(request)
        expect(row, RequestState.DRAFT)
        moment = now()
        camera_ids = list(row.cameras.values_list("camera_id", flat=True))
        check_askable(row.purpose, camera_ids, row.starts_at, row.ends_at)
        check_words(row)
        check_phone(row.validator_phone)
        number = _next_number(moment)
        check_open(row.applicant)
        own = by.pk == row.applicant_id
        row = advance(
            row,
            RequestState.SUBMITTED,
            by=by,
            changes={
                "number": number,
                "submitted_at": moment,
                "applicant_confirmed_at": moment if own else None,
            },
            facts={"cameras": camera_ids, **_range(row), "oral": row.form == "ORAL"},
            persons={"validator": row.validator_name, "phone": row.validator_phone},
            happened_at=row.happened_at,
        )
        _hold(row, camera_ids, by)
    return row


def _range(row: AccessRequest) -> dict[str, str | None]:
    edges = {"start": row.starts_at, "end": row.ends_at, "happened": row.happened_at}
    return {name: moment.isoformat() if moment else None for name, moment in edges.items()}


def _hold(row: AccessRequest, camera_ids: list[int], by: User) -> None:
    assert row.starts_at is not None  # noqa: S101 - the CHECK on sent requests says so
    assert row.ends_at is not None  # noqa: S101
    holds.place(
        camera_ids=camera_ids,
        start=row.starts_at,
        end=row.ends_at,
        kind=HoldKind.REQUEST,
        reference=str(row.pk),
        by=by,
    )


def _next_number(moment: datetime) -> str:
    """`007/CCTV/XI/2026`, gapless within the year: the counter's row is locked until we commit."""
    local = moment.astimezone(WIB)
    NumberCounter.objects.get_or_create(year=local.year)
    counter = NumberCounter.objects.select_for_update().get(year=local.year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"{counter.last:03d}/CCTV/{_ROMAN[local.month - 1]}/{local.year}"
