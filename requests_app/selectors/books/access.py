"""Book 1: who did what to which room and footage, from the entries of the access book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cctvportal.audit.models import Entry, PersonalValue
from devices.models import Camera
from recordings.models import Export, Medium
from requests_app.models import AccessRequest, KeyHandout
from requests_app.selectors.books.criteria import Criteria
from requests_app.selectors.books.sentences import BEGINNINGS, TOLD_ELSEWHERE

_REQUEST = AccessRequest._meta.label_lower  # noqa: SLF001 - Django's public _meta
_MEDIUM = Medium._meta.label_lower  # noqa: SLF001 - Django's public _meta
_EXPORT = Export._meta.label_lower  # noqa: SLF001 - Django's public _meta
_CAMERA = Camera._meta.label_lower  # noqa: SLF001 - Django's public _meta


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One entry with what it is about; `persons` are names as they were written, by field."""

    entry: Entry
    request: AccessRequest | None
    cameras: tuple[Camera, ...]
    start: datetime | None
    end: datetime | None
    handout: KeyHandout | None
    medium: Medium | None
    persons: Mapping[str, str]


def entries(criteria: Criteria) -> QuerySet[Entry]:
    """The entries asked for, newest first."""
    found = Entry.objects.filter(criteria.at("at"), _kind(criteria), _person(criteria.person))
    if criteria.number:
        numbered = AccessRequest.objects.filter(number__icontains=criteria.number)
        found = found.filter(_about(numbered) | Q(facts__number__icontains=criteria.number))
    if criteria.camera_id:
        seen = AccessRequest.objects.filter(cameras__camera=criteria.camera_id)
        found = found.filter(
            _about(seen)
            | Q(facts__number__in=[row.number for row in seen if row.number])
            | Q(facts__camera=criteria.camera_id)
            | Q(facts__cameras__contains=[criteria.camera_id])
            | Q(subject_type=_CAMERA, subject_id=str(criteria.camera_id))
        )
    return found.select_related("actor").prefetch_related("persons").order_by("-serial")


def _kind(criteria: Criteria) -> Q:
    found = Q()
    for beginning in BEGINNINGS[criteria.kind]:
        found |= Q(action__startswith=beginning)
    if elsewhere := TOLD_ELSEWHERE.get(criteria.kind):
        found &= ~elsewhere
    return found


def _person(words: str) -> Q:
    if not words:
        return Q()
    written = PersonalValue.objects.filter(entry=OuterRef("pk"), value__icontains=words)
    return Q(actor__name__icontains=words) | Q(actor__nip=words) | Q(Exists(written))


def _about(requests: QuerySet[AccessRequest]) -> Q:
    """The subject is one of these requests, or the entry refers to one."""
    names = [str(pk) for pk in requests.values_list("pk", flat=True)]
    return Q(subject_type=_REQUEST, subject_id__in=names) | Q(facts__reference__in=names)


def access_lines(found: Sequence[Entry]) -> list[AccessLine]:
    """The entries with their requests, cameras, keys and disks; the same few queries for any."""
    requests = _requests(found)
    handouts = _handouts(found)
    exports = _exports(found)
    media = _media(found)
    cameras = Camera.objects.select_related("room").in_bulk(
        {pk for entry in found for pk in _camera_ids(entry)}
    )
    lines = []
    for entry in found:
        request = requests.get(_reference(entry)) or requests.get(_text(entry, "number"))
        start, end = _range(entry, request)
        own = tuple(cameras[pk] for pk in _camera_ids(entry) if pk in cameras)
        lines.append(
            AccessLine(
                entry=entry,
                request=request,
                cameras=own or _cameras_of(request),
                start=start,
                end=end,
                handout=handouts.get(entry.facts.get("handout")),
                medium=media.get(_medium(entry)) or exports.get(_export(entry)),
                persons={row.field: row.value for row in entry.persons.all()},
            )
        )
    return lines


def _text(entry: Entry, name: str) -> str:
    value = entry.facts.get(name)
    return value if isinstance(value, str) else ""


def _subject(entry: Entry, kind: str) -> str:
    return entry.subject_id if entry.subject_type == kind else ""


def _reference(entry: Entry) -> str:
    return _subject(entry, _REQUEST) or _text(entry, "reference")


def _uuids(texts: Iterable[str]) -> set[UUID]:
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found


def _requests(found: Sequence[Entry]) -> dict[str, AccessRequest]:
    """By uuid text and by number. A hold of an export refers to the export, not to the request."""
    references = _uuids(_reference(entry) for entry in found)
    numbers = {_text(entry, "number") for entry in found} - {""}
    rows = (
        AccessRequest.objects.filter(Q(pk__in=references) | Q(number__in=numbers))
        .select_related("applicant", "decided_by")
        .prefetch_related("cameras__camera__room")
    )
    known = {str(row.pk): row for row in rows} | {row.number: row for row in rows if row.number}
    missing = references - {row.pk for row in rows}
    exports = Export.objects.filter(pk__in=missing).values_list("pk", "number")
    return known | {str(pk): known[number] for pk, number in exports if number in known}


def _handouts(found: Sequence[Entry]) -> dict[Any, KeyHandout]:
    ids = {entry.facts["handout"] for entry in found if isinstance(entry.facts.get("handout"), int)}
    return dict(KeyHandout.objects.select_related("key__room").in_bulk(ids))


def _medium(entry: Entry) -> str:
    return _text(entry, "medium") or _subject(entry, _MEDIUM)


def _export(entry: Entry) -> str:
    return _text(entry, "export") or _subject(entry, _EXPORT)


def _exports(found: Sequence[Entry]) -> dict[str, Medium]:
    """The disk of each export that an entry names, by the export's uuid text."""
    rows = Export.objects.select_related("medium").in_bulk(_uuids(map(_export, found)))
    return {str(pk): row.medium for pk, row in rows.items()}


def _media(found: Sequence[Entry]) -> dict[str, Medium]:
    ids = _uuids(map(_medium, found))
    return {str(pk): row for pk, row in Medium.objects.in_bulk(ids).items()}


def _camera_ids(entry: Entry) -> list[int]:
    several = entry.facts.get("cameras")
    found = [*(several if isinstance(several, list) else []), entry.facts.get("camera")]
    if own := _subject(entry, _CAMERA):
        found.append(int(own))
    return list(dict.fromkeys(pk for pk in found if isinstance(pk, int)))


def _cameras_of(request: AccessRequest | None) -> tuple[Camera, ...]:
    """Those approved; before a decision those asked for."""
    rows = list(request.cameras.all()) if request else []
    return tuple(row.camera for row in rows if row.approved) or tuple(row.camera for row in rows)


def _range(entry: Entry, request: AccessRequest | None) -> tuple[datetime | None, datetime | None]:
    start = _moment(entry, "start", "from")
    end = _moment(entry, "end", "until")
    if start and end:
        return start, end
    if request is None:
        return None, None
    return request.approved_start or request.starts_at, request.approved_end or request.ends_at


def _moment(entry: Entry, *names: str) -> datetime | None:
    for name in names:
        try:
            moment = datetime.fromisoformat(_text(entry, name))
        except ValueError:
            continue
        if moment.tzinfo:
            return moment
    return None
