"""I5: every change of state has its line in the access book, and every line its row.

That no line was changed or taken out is the book's own proof (verify_audit); here the book and the
rows are held against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from cctvportal.audit.models import Entry
from recordings.enums import ErasureState, ExportState, PurgeState
from recordings.models import Erasure, Export, Hold, PurgeRun
from recordings.services.verify.survey import Survey

_CHUNK: Final = 2000
# Rows that go for good, by a way of their own: folded footage, which the roots of custody prove.
_FOLDED: Final = "recordings.segment"


@dataclass(frozen=True, slots=True)
class _Expected:
    """Rows of `model` that fulfil `when` have a line with one of `actions`."""

    model: type[Model]
    when: Q
    actions: tuple[str, ...]


_EXPECTED: Final = (
    _Expected(Hold, Q(), ("hold.placed",)),
    _Expected(Hold, Q(released_at__isnull=False), ("hold.released",)),
    _Expected(Export, Q(), ("export.queued",)),
    _Expected(Export, Q(state=ExportState.FAILED), ("export.failed",)),
    _Expected(
        Export,
        Q(state=ExportState.CANCELLED),
        ("export.cancelled", "export.stopped", "export.failed"),
    ),
    _Expected(Export, Q(passphrase_shown_at__isnull=False), ("export.passphrase_shown",)),
    _Expected(Erasure, Q(), ("erasure.requested",)),
    _Expected(Erasure, Q(confirmed_at__isnull=False), ("erasure.confirmed",)),
    _Expected(Erasure, Q(state=ErasureState.CANCELLED), ("erasure.cancelled",)),
    _Expected(PurgeRun, Q(state=PurgeState.STOPPED), ("purge.stopped",)),
    _Expected(PurgeRun, Q(resumed_at__isnull=False), ("purge.resumed",)),
)


def check(survey: Survey) -> None:
    for expected in _EXPECTED:
        without_entry(survey, expected.model, expected.when, *expected.actions)
    for label in _labels():
        _without_row(survey, label)


def without_entry(survey: Survey, model: type[Model], when: Q, *actions: str) -> None:
    """Tells the rows of `model` that fulfil `when` and have no line with any of `actions`."""
    rows: QuerySet[Any] = model._default_manager.filter(when)  # noqa: SLF001 - Django's public name
    label = model._meta.label_lower  # noqa: SLF001 - Django's public _meta
    lines = Entry.objects.filter(
        subject_type=label, subject_id=Cast(OuterRef("pk"), CharField()), action__in=actions
    )
    survey.count("state_changes", rows.count())
    for row in rows.filter(~Exists(lines)).order_by("pk").iterator(_CHUNK):
        told = f"tidak ada di buku catatan ({' / '.join(actions)})"
        survey.violated("I5", f"{label} {row.pk}", told)


def _labels() -> list[str]:
    found = Entry.objects.exclude(subject_type="").order_by("subject_type")
    labels = found.values_list("subject_type", flat=True).distinct()
    return [label for label in labels if label != _FOLDED]


def _without_row(survey: Survey, label: str) -> None:
    lines = Entry.objects.filter(subject_type=label)
    survey.count("entries", lines.count())
    try:
        model = apps.get_model(label)
    except LookupError:
        survey.violated("I5", label, "buku catatan menyebut tabel yang tidak ada")
        return
    key = model._meta.pk  # noqa: SLF001 - Django's public _meta
    there = model._default_manager.filter(pk=Cast(OuterRef("subject_id"), key))  # noqa: SLF001 - Django's public name
    # A draft that its writer threw away is gone rightly, and the book says so.
    discarded = Entry.objects.filter(
        subject_type=label, subject_id=OuterRef("subject_id"), action__endswith=".discarded"
    )
    lost = lines.filter(~Exists(there), ~Exists(discarded)).order_by("serial")
    for line in lost.iterator(_CHUNK):
        told = f"catatan {line.serial} ({line.action}) menyebut baris yang tidak ada"
        survey.violated("I5", f"{label} {line.subject_id}", told)
