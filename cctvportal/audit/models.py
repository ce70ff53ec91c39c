from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One line of the access book: who did what, to what, when. Never changed, never deleted.

    `canonical` is the exact JSON that the entry stands for, over which its hash is taken; the
    other columns repeat parts of it for queries.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.BigIntegerField(unique=True, editable=False)
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=60, db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    canonical = models.BinaryField()

    class Meta:
        verbose_name = "catatan"
        verbose_name_plural = "catatan"
        ordering = ("-serial",)
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="entry_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class PersonalValue(models.Model):
    """A name, phone or address of an entry.

    The entry commits to it by a salted hash, so that only this row may ever go, and the book
    still verifies without it (design.md 10).
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="persons")
    field = models.CharField(max_length=40)
    salt = models.BinaryField()
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "field"], name="personal_value_once")
        ]

    def __str__(self) -> str:
        return self.field
