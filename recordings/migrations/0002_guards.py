"""What must never be with footage, refused by the database itself.

No two kept live segments of a camera overlap (a second recorder would show here first). A segment
moves only along its states, its facts never change once it is kept, and it is not doomed while an
active hold overlaps it, whatever code asks.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE recordings_segment ADD CONSTRAINT segment_no_overlap
    EXCLUDE USING gist (
        int8range(camera_id, camera_id, '[]') WITH &&,
        tstzrange(started_at, ended_at) WITH &&
    ) WHERE (state = 'READY' AND source = 'LIVE');

CREATE FUNCTION recordings_guard_segment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'PREPARED' THEN
            RAISE EXCEPTION 'a % segment stays on record', OLD.state
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state IN ('DOOMED', 'PURGED', 'OPEN') THEN
            RAISE EXCEPTION 'a segment does not begin as %', NEW.state
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> NEW.state AND NOT (OLD.state, NEW.state) IN (
        ('PREPARED', 'OPEN'), ('PREPARED', 'READY'), ('PREPARED', 'OVERLAP'), ('PREPARED', 'LOST'),
        ('OPEN', 'READY'), ('OPEN', 'OVERLAP'), ('OPEN', 'LOST'),
        ('LOST', 'READY'), ('LOST', 'OVERLAP'),
        ('READY', 'DOOMED'), ('READY', 'LOST'), ('OVERLAP', 'DOOMED'), ('OVERLAP', 'LOST'),
        ('DOOMED', 'PURGED')
    ) THEN
        RAISE EXCEPTION 'a segment does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state IN ('READY', 'OVERLAP', 'DOOMED', 'PURGED') AND (
        (OLD.camera_id, OLD.volume_id, OLD.key_day, OLD.started_at, OLD.ended_at, OLD.bytes,
         OLD.frames, OLD.sha256)
        IS DISTINCT FROM
        (NEW.camera_id, NEW.volume_id, NEW.key_day, NEW.started_at, NEW.ended_at, NEW.bytes,
         NEW.frames, NEW.sha256)
    ) THEN
        RAISE EXCEPTION 'the facts of kept footage do not change'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state = 'DOOMED' AND OLD.state <> 'DOOMED' AND EXISTS (
        SELECT FROM recordings_hold h
        WHERE h.camera_id = NEW.camera_id AND h.released_at IS NULL
          AND h.starts_at < NEW.ended_at AND h.ends_at > NEW.started_at
    ) THEN
        RAISE EXCEPTION 'footage under a hold is not removed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recordings_segment_guard BEFORE INSERT OR UPDATE OR DELETE ON recordings_segment
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_segment();

CREATE FUNCTION recordings_guard_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.released_at IS NULL OR
       (OLD.camera_id, OLD.starts_at, OLD.ends_at, OLD.kind, OLD.reference)
       IS DISTINCT FROM (NEW.camera_id, NEW.starts_at, NEW.ends_at, NEW.kind, NEW.reference) THEN
        RAISE EXCEPTION 'a hold is only ever released, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER recordings_hold_guard BEFORE UPDATE OR DELETE ON recordings_hold
    FOR EACH ROW EXECUTE FUNCTION recordings_guard_hold();
"""

BACKWARD = """
DROP TRIGGER recordings_hold_guard ON recordings_hold;
DROP FUNCTION recordings_guard_hold();
DROP TRIGGER recordings_segment_guard ON recordings_segment;
DROP FUNCTION recordings_guard_segment();
ALTER TABLE recordings_segment DROP CONSTRAINT segment_no_overlap;
"""


class Migration(migrations.Migration):
    dependencies = [("recordings", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
