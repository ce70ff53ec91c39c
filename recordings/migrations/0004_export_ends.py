"""The end of an export, held by the database: what is verified or cancelled stays that.

A worker whose lease went to another may wake up late; whatever code it runs, a verified package
is not overturned, and one whose permit ended is not verified.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION recordings_guard_export() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND NOT (OLD.state, NEW.state) IN (
        ('QUEUED', 'WRITING'), ('QUEUED', 'FAILED'), ('QUEUED', 'CANCELLED'),
        ('WRITING', 'VERIFYING'), ('WRITING', 'FAILED'), ('WRITING', 'CANCELLED'),
        ('VERIFYING', 'VERIFIED'), ('VERIFYING', 'FAILED'), ('VERIFYING', 'CANCELLED'),
        ('VERIFYING', 'WRITING'),
        ('FAILED', 'QUEUED'), ('FAILED', 'CANCELLED'),
        -- A job may have failed without being able to tell its export.
        ('WRITING', 'QUEUED'), ('VERIFYING', 'QUEUED')
    ) THEN
        RAISE EXCEPTION 'an export does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.stopped_at IS NOT NULL AND (
        NEW.stopped_at IS DISTINCT FROM OLD.stopped_at
        OR (NEW.state <> OLD.state AND NEW.state <> 'CANCELLED')
    ) THEN
        RAISE EXCEPTION 'an export that was stopped is only ever cancelled'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'VERIFIED' AND (
        (OLD.reference, OLD.number, OLD.purpose, OLD.starts_at, OLD.ends_at, OLD.medium_id,
         OLD.folder, OLD.bytes, OLD.manifest_sha256, OLD.read_back, OLD.verified_at)
        IS DISTINCT FROM
        (NEW.reference, NEW.number, NEW.purpose, NEW.starts_at, NEW.ends_at, NEW.medium_id,
         NEW.folder, NEW.bytes, NEW.manifest_sha256, NEW.read_back, NEW.verified_at)
    ) THEN
        RAISE EXCEPTION 'the facts of a verified package do not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recordings_export_guard BEFORE UPDATE ON recordings_export
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_export();
"""

BACKWARD = """
DROP TRIGGER recordings_export_guard ON recordings_export;
DROP FUNCTION recordings_guard_export();
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("recordings", "0003_segment_length")]
    operations = [
        migrations.AddField("export", "stopped_at", models.DateTimeField(null=True)),
        migrations.AddField("export", "wiped_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "export",
            "wipe_job",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="jobs.job",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
