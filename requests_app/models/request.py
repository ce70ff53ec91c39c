from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import PurePath

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from devices.models import Camera
from recordings.enums import Purpose
from requests_app.enums import RequestForm, RequestState

# States that cannot be reached without what the name says.
DECIDED = ("APPROVED", "REFUSED", "ISSUED", "EXPORTED", "HANDED_OVER", "ERASED", "CLOSED")
RECORDED = ("EXPORTED", "HANDED_OVER", "ERASED")
RECEIVED = ("HANDED_OVER", "ERASED")


def letter_path(_request: AccessRequest, name: str) -> str:
    """A name that says nothing; services/letters.py has settled the ending by the content."""
    return f"{uuid.uuid4()}{PurePath(name).suffix}"


def _apart(name: str, left: str, right: str) -> models.CheckConstraint:
    """Two steps of one request, two persons (design.md 3)."""
    return models.CheckConstraint(
        name=f"request_{name}",
        condition=Q(**{left: None}) | Q(**{right: None}) | ~Q(**{left: F(right)}),
    )


def _needs(name: str, states: tuple[str, ...], *fields: str) -> models.CheckConstraint:
    """In these states the fields are filled."""
    return models.CheckConstraint(
        name=f"request_{name}",
        condition=~Q(state__in=states) | Q(**{f"{field}__isnull": False for field in fields}),
    )


class AccessRequest(models.Model):
    """One request for access to footage and the recording room (SOP step 1) and what became of it.

    The persons of its steps are columns here, so that CHECK constraints can keep them apart. The
    state moves only through services/advance.py and, below it, a trigger.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(  # noqa: DJ001 - unique, and a draft has none
        _("nomor"), max_length=40, null=True, unique=True
    )
    state = models.CharField(max_length=11, choices=RequestState.choices, default="DRAFT")
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    form = models.CharField(_("bentuk"), max_length=7, choices=RequestForm.choices)
    purpose = models.CharField(_("tujuan"), max_length=10, choices=Purpose.choices)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests", verbose_name=_("pemohon")
    )
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applicant_confirmed_at = models.DateTimeField(null=True)
    activity = models.CharField(_("kegiatan"), max_length=300, blank=True)
    legal_basis = models.CharField(_("dasar pemrosesan"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("mulai"), null=True)
    ends_at = models.DateTimeField(_("selesai"), null=True)
    wants_room = models.BooleanField(_("perlu kunci ruang rekaman"), default=False)
    validator_name = models.CharField(_("nama"), max_length=120, blank=True)
    validator_position = models.CharField(_("jabatan"), max_length=120, blank=True)
    validator_phone = models.CharField(_("telepon"), max_length=30, blank=True)
    letter = models.FileField(_("surat"), upload_to=letter_path, blank=True)
    letter_name = models.CharField(max_length=120, blank=True)

    # Entered after an outage: when it really happened, why it is late, and the paper.
    happened_at = models.DateTimeField(_("terjadi"), null=True)
    outage_note = models.CharField(_("sebab dicatat kemudian"), max_length=300, blank=True)
    outage_scan = models.FileField(_("pindaian kertas"), upload_to=letter_path, blank=True)

    approved_start = models.DateTimeField(null=True)
    approved_end = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    exported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    second_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("permohonan")
        verbose_name_plural = _("permohonan")
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["state", "submitted_at"], name="request_state_submitted"),
            models.Index(fields=["applicant", "-created_at"], name="request_of_applicant"),
        ]
        constraints = [
            _apart("decided_by_another", "decided_by", "applicant"),
            _apart("exported_by_another_than_decided", "exported_by", "decided_by"),
            _apart("exported_by_another_than_asked", "exported_by", "applicant"),
            _apart("erased_by_two", "second_person", "exported_by"),
            _apart("erased_by_another_than_asked", "second_person", "applicant"),
            _needs("decided_says_by_whom", DECIDED, "decided_by"),
            _needs("recorded_says_by_whom", RECORDED, "exported_by"),
            _needs("received_is_confirmed", RECEIVED, "applicant_confirmed_at"),
            _needs("erased_says_second_person", ("ERASED",), "second_person"),
            _needs("approved_says_range", ("APPROVED", "ISSUED", *RECORDED), "approved_start"),
            models.CheckConstraint(
                name="request_state_known", condition=Q(state__in=RequestState.values)
            ),
            models.CheckConstraint(
                name="request_words_known",
                condition=Q(form__in=RequestForm.values, purpose__in=Purpose.values),
            ),
            models.CheckConstraint(
                name="request_sent_is_complete",
                condition=Q(state="DRAFT", number=None, submitted_at=None)
                | Q(
                    number__isnull=False,
                    submitted_at__isnull=False,
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                )
                & ~Q(state="DRAFT")
                & ~Q(activity="")
                & ~Q(legal_basis="")
                & ~Q(validator_name="")
                & ~Q(validator_phone=""),
            ),
            models.CheckConstraint(
                name="request_range_within_a_day",
                condition=Q(ends_at__gt=F("starts_at"))
                & Q(ends_at__lte=F("starts_at") + timedelta(hours=24)),
            ),
            models.CheckConstraint(
                name="request_approved_within_asked",
                condition=Q(approved_start=None, approved_end=None)
                | Q(
                    approved_start__gte=F("starts_at"),
                    approved_end__lte=F("ends_at"),
                    approved_end__gt=F("approved_start"),
                ),
            ),
            models.CheckConstraint(
                name="request_late_entry_has_paper",
                condition=Q(happened_at=None, outage_note="", outage_scan="")
                | Q(happened_at__lte=F("created_at")) & ~Q(outage_note="") & ~Q(outage_scan=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Permohonan belum dikirim"))

    @property
    def status(self) -> RequestState:
        """Word, colour and icon for the status tag."""
        return RequestState(self.state)

    @property
    def needs_confirmation(self) -> bool:
        """Somebody else wrote it down, and the applicant has not yet said that it is theirs."""
        return self.applicant_confirmed_at is None and self.entered_by_id != self.applicant_id


class RequestCamera(models.Model):
    """A camera asked for; `approved` says whether the decision left it in."""

    request = models.ForeignKey(AccessRequest, models.CASCADE, related_name="cameras")
    camera = models.ForeignKey(Camera, models.PROTECT, related_name="+")
    approved = models.BooleanField(default=False)

    class Meta:
        ordering = ("camera__name",)
        constraints = [
            models.UniqueConstraint(fields=["request", "camera"], name="request_camera_once")
        ]

    def __str__(self) -> str:
        return str(self.camera)


class NumberCounter(models.Model):
    """The last number of a year. Its row lock makes the numbers gapless: a rollback gives back."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.year)


class Transition(models.Model):
    """One move of a request. `happened_at` is earlier than `at` for what was written down later."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="transitions")
    source = models.CharField(max_length=11, choices=RequestState.choices)
    target = models.CharField(max_length=11, choices=RequestState.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    happened_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["request", "target"], name="transition_once"),
            models.CheckConstraint(
                name="transition_not_ahead", condition=Q(happened_at__lte=F("at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} -> {self.target}"
