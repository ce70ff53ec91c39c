"""The nodes that run a recorder, and how far each comparison of disk and rows has come."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings", "0009_alarm")]
    operations = [
        migrations.CreateModel(
            name="RecorderNode",
            fields=[
                (
                    "name",
                    models.CharField(
                        max_length=60,
                        primary_key=True,
                        serialize=False,
                        verbose_name="komputer",
                    ),
                ),
                ("seen_at", models.DateTimeField(null=True)),
                ("since", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "komputer perekam",
                "verbose_name_plural": "komputer perekam",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="ReconcileRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="mulai")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="selesai")),
                ("cursor", models.CharField(blank=True, max_length=120)),
                ("found", models.JSONField(default=dict)),
                (
                    "volume",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reconciles",
                        to="recordings.volume",
                    ),
                ),
            ],
            options={
                "verbose_name": "pencocokan media simpan",
                "verbose_name_plural": "pencocokan media simpan",
                "ordering": ("-started_at",),
            },
        ),
        migrations.AddConstraint(
            model_name="reconcilerun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("finished_at", None)),
                fields=("volume",),
                name="reconcile_one_under_way_a_volume",
            ),
        ),
        migrations.AddIndex(
            model_name="reconcilerun",
            index=models.Index(fields=["volume", "-started_at"], name="reconcile_latest"),
        ),
        # Each purge asks what is left of footage that was not kept: of ten million rows, a few.
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(
                fields=["expires_at"],
                name="segment_remains",
                condition=models.Q(state__in=["LOST", "PREPARED"], purged_at=None),
            ),
        ),
    ]
