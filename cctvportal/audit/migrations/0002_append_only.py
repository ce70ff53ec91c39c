"""The access book is append-only: for the application's role, for the owner, for a superuser.

ENABLE ALWAYS keeps the triggers on under session_replication_role = replica; the grants go too,
so that two independent locks would have to be opened (design.md 10).
"""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE audit_entry_serial;

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access book is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER audit_entry_rows BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_entry_table BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_rows;
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_table;

CREATE TRIGGER audit_person_rows BEFORE UPDATE ON audit_personalvalue
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_person_table BEFORE TRUNCATE ON audit_personalvalue
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_personalvalue ENABLE ALWAYS TRIGGER audit_person_rows;
ALTER TABLE audit_personalvalue ENABLE ALWAYS TRIGGER audit_person_table;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry, audit_personalvalue FROM portal_app;
    END IF;
END $$;
"""

BACKWARD = """
DROP TRIGGER audit_person_table ON audit_personalvalue;
DROP TRIGGER audit_person_rows ON audit_personalvalue;
DROP TRIGGER audit_entry_table ON audit_entry;
DROP TRIGGER audit_entry_rows ON audit_entry;
DROP FUNCTION audit_refuse_change();
DROP SEQUENCE audit_entry_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
