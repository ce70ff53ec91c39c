"""The seals of custody: that a row, and so its file, is still what it was when its hour was over.

A file that was changed fails its hash; a file that was changed together with its row fails here,
and is told by camera and hour. What does not fit is read again before it is told: an hour may be
sealed or folded meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import CharField, Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from cctvportal.audit import merkle
from cctvportal.audit.models import Entry
from devices.models import Camera
from recordings.models import CameraDay, CustodyRoot, Segment
from recordings.services import custody
from recordings.services.fold import day_hash
from recordings.services.verify.survey import Survey

_CHUNK: Final = 5000
_DAY: Final = timedelta(days=1)


class _Row(NamedTuple):
    started_at: datetime
    pk: UUID
    root: int
    ended_at: datetime
    bytes: int
    frames: int
    sha256: str
    codec: str


def check(survey: Survey) -> None:
    for camera in Camera.objects.order_by("pk"):
        _camera(survey, camera)
    waiting = Segment.objects.filter(
        custody=None, state__in=custody.SEALED, started_at__lt=survey.moment - _DAY
    )
    survey.count("unsealed_after_a_day", waiting.count())


def _camera(survey: Survey, camera: Camera) -> None:
    roots = CustodyRoot.objects.filter(camera=camera).in_bulk()
    folded = _days(survey, camera, roots)
    met: dict[int, str] = {}
    rows = Segment.objects.filter(camera=camera, custody__isnull=False)
    for hour, theirs in groupby(_stream(rows), key=lambda row: _hour(row.started_at)):
        survey.count("sealed_hours")
        for pk, found in _by_root(camera, theirs).items():
            root = roots.get(pk)
            fits = root is not None and root.hour == hour and pk not in met
            met[pk] = found if fits else ""
    doubtful = {pk for pk, found in met.items() if pk not in roots or roots[pk].root != found}
    doubtful |= roots.keys() - met.keys() - folded
    for pk in sorted(doubtful):
        _second_look(survey, camera, pk)
    _book(survey, camera)


def _stream(rows: QuerySet[Segment]) -> Iterator[_Row]:
    columns = rows.order_by("started_at", "pk").values_list(
        "started_at", "pk", "custody_id", "ended_at", "bytes", "frames", "sha256", "codec"
    )
    # What is sealed was kept, and the CHECK on kept segments says that it has its times.
    return (_Row._make(found) for found in columns.iterator(_CHUNK))


def _by_root(camera: Camera, rows: Iterator[_Row]) -> dict[int, str]:
    """The root of each seal as its rows make it now; they come by time and uuid."""
    leaves: dict[int, list[bytes]] = defaultdict(list)
    for row in rows:
        leaves[row.root].append(
            custody.leaf(
                id=str(row.pk),
                camera=str(camera.uuid),
                started=row.started_at,
                ended=row.ended_at,
                size=row.bytes,
                frames=row.frames,
                sha256=row.sha256,
                codec=row.codec,
            )
        )
    return {pk: merkle.root(found).hex() for pk, found in leaves.items()}


def _second_look(survey: Survey, camera: Camera, pk: int) -> None:
    root = CustodyRoot.objects.filter(pk=pk).first()
    if root is None:
        told = f"segel {pk}, yang disebut potongannya, tidak ada"
        survey.violated("I1", f"kamera {camera.name}", told)
        return
    rows = list(_stream(Segment.objects.filter(custody=root, camera=camera)))
    if not rows and CameraDay.objects.filter(camera=camera, roots__contains=pk).exists():
        return
    if _by_root(camera, iter(rows)).get(pk) == root.root:
        return
    told = f"baris atau berkasnya diubah sesudah disegel ({root.segments} potongan disegel"
    survey.violated("I1", _named(camera, root), f"{told}, {len(rows)} ada)")


def _days(survey: Survey, camera: Camera, roots: dict[int, CustodyRoot]) -> set[int]:
    """The seals whose rows were folded into a day, each day compared with its seals."""
    folded: set[int] = set()
    for day in CameraDay.objects.filter(camera=camera).iterator(_CHUNK):
        survey.count("folded_days")
        theirs = [roots[pk] for pk in day.roots if pk in roots]
        if len(theirs) != len(day.roots) or day_hash(theirs) != day.sha256:
            told = "jumlah hari yang diringkas tidak cocok dengan segel jam-jamnya"
            survey.violated("I1", f"kamera {camera.name}, {day.day}", told)
        folded.update(day.roots)
    return folded


def _book(survey: Survey, camera: Camera) -> None:
    """Each seal has its one line in the access book, and that says the same root."""
    lines = Entry.objects.filter(
        subject_type="recordings.custodyroot",
        subject_id=Cast(OuterRef("pk"), CharField()),
        action="custody.sealed",
    ).order_by()
    count = lines.values("subject_id").annotate(found=Count("*")).values("found")
    roots = CustodyRoot.objects.filter(camera=camera).annotate(
        booked=Subquery(
            lines.annotate(told=KeyTextTransform("root", "facts")).values("told")[:1],
            output_field=CharField(),
        ),
        lines=Subquery(count, output_field=IntegerField()),
    )
    for root in roots.iterator(_CHUNK):
        survey.count("seals")
        if (root.booked, root.lines) != (root.root, 1):
            told = f"segel jam ini tercatat {root.lines or 0} kali, atau dengan isi lain"
            survey.violated("I5", _named(camera, root), told)


def _named(camera: Camera, root: CustodyRoot) -> str:
    return f"kamera {camera.name}, {root.hour.astimezone(UTC):%Y-%m-%d pukul %H} UTC"


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
