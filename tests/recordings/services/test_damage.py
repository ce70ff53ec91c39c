"""Damaged footage: told wherever footage is told, shown nowhere, removed by nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cctvportal.accounts.access import SYSTEM
from cctvportal.audit.models import Entry
from cctvportal.common.errors import Refused
from recordings.enums import AlarmKind, Damage, ExportState
from recordings.models import Alarm, Segment
from recordings.selectors import coverage
from recordings.services import damage, exports, playback
from recordings.services.playback import Viewing
from tests.factories import accounts
from tests.recordings.services.exporting import carried_out

if TYPE_CHECKING:
    from cctvportal.accounts.models import User
    from recordings.models import Medium
    from recordings.services.permits import Permit


def second() -> Segment:
    return Segment.objects.select_related("camera", "volume").order_by("started_at")[1]


def spoil(segment: Segment) -> None:
    path = Path(segment.volume.path) / segment.relative_path
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def alarms() -> list[dict[str, Any]]:
    found = Alarm.objects.filter(kind=AlarmKind.DAMAGED, cleared_at=None).values_list(
        "facts", flat=True
    )
    return [dict(facts) for facts in found]


def test_marked_footage_is_covered_by_nothing_and_told(permit: Permit) -> None:
    row = second()
    (before,) = coverage(permit.camera_ids, permit.start, permit.end)
    assert (before.is_whole, before.damaged) == (True, ())
    assert damage.mark(row, Damage.CHANGED, by=SYSTEM)
    assert not damage.mark(row, Damage.MISSING, by=SYSTEM)
    (after,) = coverage(permit.camera_ids, permit.start, permit.end)
    assert [span.start for span in after.damaged] == [row.started_at]
    assert after.missing == after.damaged
    assert after.bytes == before.bytes - row.bytes


def test_marked_footage_is_a_gap_in_the_room(permit: Permit) -> None:
    viewing, by = Viewing(permit, "x"), accounts.applicant()
    (camera,) = permit.camera_ids
    damage.mark(second(), Damage.CHANGED, by=SYSTEM)
    kinds = [span.kind for span in playback.reel(viewing, camera_id=camera, by=by).spans]
    assert kinds == ["media", "gap"]


def test_footage_that_fails_while_watched_is_marked_at_once(permit: Permit) -> None:
    viewing, by, row = Viewing(permit, "x"), accounts.applicant(), second()
    spoil(row)
    with pytest.raises(Refused):
        playback.frames(viewing, segment=row.pk, by=by)
    row.refresh_from_db()
    assert row.damage == Damage.CHANGED
    assert alarms() == [{"segments": 1, "cameras": [row.camera_id]}]
    seen = Entry.objects.get(action="footage.damaged")
    assert seen.actor == by


def test_export_that_meets_damage_goes_on_without_it_when_tried_again(
    permit: Permit, medium: Medium, officer: User
) -> None:
    row = second()
    spoil(row)
    export = carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    assert export.state == ExportState.FAILED
    assert export.job is not None
    assert "rusak" in export.job.error
    row.refresh_from_db()
    assert row.damage == Damage.CHANGED
    exports.retry(export, by=officer)
    export = carried_out(export)
    assert export.state == ExportState.VERIFIED
    (told,) = export.facts["kamera-1"]["rusak"]
    assert (told["potongan"], told["sebab"]) == (str(row.pk), "Isinya berubah")
    sources = [one["potongan"] for one in export.facts["kamera-1"]["berkas"][0]["sumber"]]
    assert str(row.pk) not in sources


@pytest.mark.parametrize("loss", ["file", "key"])
def test_export_marks_what_it_does_not_find(
    permit: Permit, medium: Medium, officer: User, loss: str, data_dir: Path
) -> None:
    row = second()
    export = exports.queue(permit=permit, medium=medium, by=officer)
    if loss == "file":
        (Path(row.volume.path) / row.relative_path).unlink()
    else:
        for keys in (data_dir / "keystore").glob("*.keys"):
            keys.unlink()
    carried_out(export)
    row.refresh_from_db()
    assert row.damage == {"file": Damage.MISSING, "key": Damage.KEYLESS}[loss]


def test_mark_goes_when_the_file_is_sound_again(permit: Permit) -> None:
    row = second()
    spoil(row)
    assert damage.find([row], by=SYSTEM) == 1
    spoil(row)
    damage.unmark(row, by=SYSTEM)
    damage.tell(by=SYSTEM)
    assert damage.find([row], by=SYSTEM) == 0
    assert alarms() == []
    assert Entry.objects.filter(action="segment.sound").count() == 1
