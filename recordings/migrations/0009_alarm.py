from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("recordings", "0008_custody"),
    ]
    operations = [
        migrations.CreateModel(
            name="Alarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, max_length=80)),
                ("facts", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(verbose_name="mulai")),
                ("last_seen_at", models.DateTimeField()),
                ("cleared_at", models.DateTimeField(null=True, verbose_name="selesai")),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm",
                "verbose_name_plural": "alarm",
                "ordering": ("-opened_at", "-pk"),
                "indexes": [
                    models.Index(
                        fields=["-cleared_at"],
                        name="alarm_history",
                        condition=~Q(cleared_at=None),
                    )
                ],
                "constraints": [
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
                        condition=Q(taken_by=None, taken_at=None)
                        | (~Q(taken_by=None) & ~Q(taken_at=None)),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VolumeReading",
            fields=[
                (
                    "volume",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reading",
                        serialize=False,
                        to="recordings.volume",
                        verbose_name="media",
                    ),
                ),
                ("read_at", models.DateTimeField()),
                ("free_bytes", models.BigIntegerField(null=True)),
                ("total_bytes", models.BigIntegerField(null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("forecast", models.JSONField(null=True)),
                ("forecast_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "bacaan media simpan",
                "verbose_name_plural": "bacaan media simpan",
            },
        ),
        migrations.CreateModel(
            name="WatchRound",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("looked_at", models.DateTimeField(null=True)),
                ("thorough_at", models.DateTimeField(null=True)),
                ("facts", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "putaran penjaga",
                "verbose_name_plural": "putaran penjaga",
                "constraints": [
                    models.CheckConstraint(name="watch_round_one_row", condition=Q(id=1))
                ],
            },
        ),
    ]
