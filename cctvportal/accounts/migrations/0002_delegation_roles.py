"""Only an approver delegates, and only to somebody who may apply or decide.

A CHECK cannot look into the user's row, so a trigger does.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_check_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_user WHERE id = NEW.principal_id AND role = 'APPROVER') THEN
        RAISE EXCEPTION 'only an approver delegates' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_user WHERE id = NEW.delegate_id AND role IN ('APPLICANT', 'APPROVER')
    ) THEN
        RAISE EXCEPTION 'this role may not decide' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_delegation_roles BEFORE INSERT OR UPDATE ON accounts_delegation
    FOR EACH ROW EXECUTE FUNCTION accounts_check_delegation();
"""

BACKWARD = """
DROP TRIGGER accounts_delegation_roles ON accounts_delegation;
DROP FUNCTION accounts_check_delegation();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
