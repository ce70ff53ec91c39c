"""Custody from the first minute: hours are sealed, days folded, damage marked.

A seal and a folded day are written once and never changed; ENABLE ALWAYS and the missing grants
are two locks of their own, as for the access book (audit, 0002). A segment that was sealed keeps
its seal and its codec; the rest of its facts are held by 0002. PURGED rows may go at last, and only
in one statement whose rows are together exactly what a folded day says of them.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE FUNCTION recordings_guard_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was sealed stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER recordings_root_rows BEFORE UPDATE OR DELETE ON recordings_custodyroot
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_seal();
CREATE TRIGGER recordings_root_table BEFORE TRUNCATE ON recordings_custodyroot
    FOR EACH STATEMENT EXECUTE FUNCTION recordings_guard_seal();
CREATE TRIGGER recordings_day_rows BEFORE UPDATE OR DELETE ON recordings_cameraday
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_seal();
CREATE TRIGGER recordings_day_table BEFORE TRUNCATE ON recordings_cameraday
    FOR EACH STATEMENT EXECUTE FUNCTION recordings_guard_seal();
ALTER TABLE recordings_custodyroot ENABLE ALWAYS TRIGGER recordings_root_rows;
ALTER TABLE recordings_custodyroot ENABLE ALWAYS TRIGGER recordings_root_table;
ALTER TABLE recordings_cameraday ENABLE ALWAYS TRIGGER recordings_day_rows;
ALTER TABLE recordings_cameraday ENABLE ALWAYS TRIGGER recordings_day_table;

CREATE TRIGGER recordings_segment_seal BEFORE UPDATE ON recordings_segment FOR EACH ROW
    WHEN (OLD.custody_id IS NOT NULL AND
          (OLD.custody_id, OLD.codec) IS DISTINCT FROM (NEW.custody_id, NEW.codec))
    EXECUTE FUNCTION recordings_guard_seal();

-- The guard of 0002 refused to delete whatever had been recorded; from here on these two do.
DROP TRIGGER recordings_segment_guard ON recordings_segment;
CREATE TRIGGER recordings_segment_guard BEFORE INSERT OR UPDATE ON recordings_segment
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_segment();

CREATE FUNCTION recordings_guard_segment_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('PREPARED', 'PURGED') THEN
        RAISE EXCEPTION 'a % segment stays on record', OLD.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER recordings_segment_delete BEFORE DELETE ON recordings_segment
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_segment_delete();

CREATE FUNCTION recordings_guard_fold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (
            SELECT camera_id, (started_at AT TIME ZONE 'UTC')::date AS day, count(*) AS segments,
                   sum(bytes) AS bytes, sum(frames) AS frames,
                   min(started_at) AS first, max(ended_at) AS last
            FROM gone WHERE state = 'PURGED' GROUP BY 1, 2
        ) lost
        WHERE NOT EXISTS (
            SELECT FROM recordings_cameraday kept
            WHERE (kept.camera_id, kept.day, kept.segments, kept.bytes, kept.frames, kept.first,
                   kept.last)
                = (lost.camera_id, lost.day, lost.segments, lost.bytes, lost.frames, lost.first,
                   lost.last)
        )
    ) THEN
        RAISE EXCEPTION 'a PURGED segment goes only with the day it was folded into'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER recordings_segment_fold AFTER DELETE ON recordings_segment
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION recordings_guard_fold();

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
        REVOKE UPDATE, DELETE ON recordings_custodyroot, recordings_cameraday FROM portal_app;
        REVOKE DELETE ON recordings_checkup FROM portal_app;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER recordings_segment_fold ON recordings_segment;
DROP FUNCTION recordings_guard_fold();
DROP TRIGGER recordings_segment_delete ON recordings_segment;
DROP FUNCTION recordings_guard_segment_delete();
DROP TRIGGER recordings_segment_guard ON recordings_segment;
CREATE TRIGGER recordings_segment_guard BEFORE INSERT OR UPDATE OR DELETE ON recordings_segment
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_segment();
DROP TRIGGER recordings_segment_seal ON recordings_segment;
DROP TRIGGER recordings_day_table ON recordings_cameraday;
DROP TRIGGER recordings_day_rows ON recordings_cameraday;
DROP TRIGGER recordings_root_table ON recordings_custodyroot;
DROP TRIGGER recordings_root_rows ON recordings_custodyroot;
DROP FUNCTION recordings_guard_seal();
"""

_SHA256 = "^[0-9a-f]{64}$"
_DAMAGES = [
    ("MISSING", "Berkasnya hilang"),
    ("CHANGED", "Isinya berubah"),
    ("UNREADABLE", "Berkasnya tidak terbaca"),
    ("KEYLESS", "Kuncinya hilang"),
]


def _id() -> tuple[str, models.Field]:
    return (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    )


def _camera(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to="devices.camera",
    )


class Migration(migrations.Migration):
    dependencies = [("recordings", "0007_hold_by_hand")]
    operations = [
        migrations.CreateModel(
            name="CustodyRoot",
            fields=[
                _id(),
                ("camera", _camera("custody_roots")),
                ("hour", models.DateTimeField()),
                ("sequence", models.PositiveIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("segments", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "segel jam",
                "verbose_name_plural": "segel jam",
                "ordering": ("camera", "hour", "sequence"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("camera", "hour", "sequence"), name="custody_root_once"
                    ),
                    models.CheckConstraint(
                        name="custody_root_is_whole",
                        condition=Q(root__regex=_SHA256, sequence__gte=1, segments__gte=1),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CameraDay",
            fields=[
                _id(),
                ("camera", _camera("folded_days")),
                ("day", models.DateField()),
                ("sequence", models.PositiveIntegerField()),
                ("segments", models.PositiveIntegerField()),
                ("bytes", models.BigIntegerField()),
                ("frames", models.BigIntegerField()),
                ("seconds", models.FloatField()),
                ("first", models.DateTimeField()),
                ("last", models.DateTimeField()),
                ("sha256", models.CharField(max_length=64)),
                ("roots", models.JSONField()),
                ("runs", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "hari kamera",
                "verbose_name_plural": "hari kamera",
                "ordering": ("camera", "day", "sequence"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("camera", "day", "sequence"), name="camera_day_once"
                    ),
                    models.CheckConstraint(
                        name="camera_day_is_whole",
                        condition=Q(sha256__regex=_SHA256, sequence__gte=1, segments__gte=1),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkup",
            fields=[
                _id(),
                ("node", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("slice", models.PositiveSmallIntegerField()),
                ("cursor", models.UUIDField(null=True)),
                ("files", models.PositiveIntegerField(default=0)),
                ("bytes", models.BigIntegerField(default=0)),
                ("damaged", models.PositiveIntegerField(default=0)),
                ("away", models.PositiveIntegerField(default=0)),
                ("violations", models.PositiveIntegerField(null=True)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "pemeriksaan harian",
                "verbose_name_plural": "pemeriksaan harian",
                "ordering": ("-day", "node"),
                "constraints": [
                    models.UniqueConstraint(fields=("node", "day"), name="checkup_once_a_day"),
                    models.UniqueConstraint(
                        fields=("node",),
                        name="checkup_one_at_a_time",
                        condition=Q(finished_at=None),
                    ),
                ],
            },
        ),
        migrations.AddField(
            "segment",
            "custody",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sealed",
                to="recordings.custodyroot",
            ),
        ),
        migrations.AddField("segment", "damaged_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "segment",
            "damage",
            models.CharField(
                blank=True, choices=_DAMAGES, db_default="", default="", max_length=10
            ),
        ),
        migrations.AddConstraint(
            "segment",
            models.CheckConstraint(
                name="segment_damage_says_which",
                condition=Q(damaged_at=None, damage="")
                | Q(damaged_at__isnull=False, damage__in=[word for word, _ in _DAMAGES]),
            ),
        ),
        migrations.AddIndex(
            "segment",
            models.Index(
                fields=["camera", "started_at"],
                name="segment_unsealed",
                condition=Q(custody=None, state__in=["READY", "OVERLAP", "DOOMED", "PURGED"]),
            ),
        ),
        migrations.AddIndex(
            "segment",
            models.Index(
                fields=["damaged_at"], name="segment_damaged", condition=~Q(damaged_at=None)
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
