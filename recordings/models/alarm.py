from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from recordings.enums import AlarmKind
from recordings.models.volume import Volume


class Alarm(models.Model):
    """Something that a person has to know, from when it was so until it was over.

    `subject` names the one thing that it is about (the id of a camera or a volume, the name of a
    node, the kind of a job; empty for the portal as a whole): one open alarm a kind and subject,
    however often it is found again. `facts` are the latest numbers and times of it, for the
    sentence that recordings/alarm_texts.py makes of them.
    """

    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("mulai"))
    last_seen_at = models.DateTimeField()
    cleared_at = models.DateTimeField(_("selesai"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarm")
        ordering = ("-opened_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                name="alarm_one_open_a_subject",
                condition=Q(cleared_at=None),
            ),
            models.CheckConstraint(
                name="alarm_ends_after_start",
                condition=Q(cleared_at=None) | Q(cleared_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="alarm_taken_by_somebody",
                condition=Q(taken_by=None, taken_at=None) | (~Q(taken_by=None) & ~Q(taken_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-cleared_at"], name="alarm_history", condition=~Q(cleared_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    @property
    def label(self) -> str:
        return str(AlarmKind(self.kind).label)


class VolumeReading(models.Model):
    """The latest look at a volume, by its own node: other nodes and the pages read it here.

    Bytes; `free_bytes` counts above the reserve and may be negative, None while the disk cannot be
    used (`problem` says why). `forecast` is what recordings/services/forecast.py made of it.
    """

    volume = models.OneToOneField(
        Volume, models.CASCADE, primary_key=True, related_name="reading", verbose_name=_("media")
    )
    read_at = models.DateTimeField()
    free_bytes = models.BigIntegerField(null=True)
    total_bytes = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    forecast = models.JSONField(null=True)
    forecast_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("bacaan media simpan")
        verbose_name_plural = _("bacaan media simpan")

    def __str__(self) -> str:
        return str(self.volume)


class WatchRound(models.Model):
    """The one row that says when the watch last looked at everything, and what it counted.

    It is what a page asks to know that the watch itself is alive. `facts` feed the gauges of
    /metrics, so that a scrape costs two small queries however much footage there is.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    looked_at = models.DateTimeField(null=True)
    thorough_at = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("putaran penjaga")
        verbose_name_plural = _("putaran penjaga")
        constraints = [models.CheckConstraint(name="watch_round_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.looked_at}"
