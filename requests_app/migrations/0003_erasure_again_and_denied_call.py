"""A cancelled erasure may be asked for again; an approval against a denied call says why.

Whoever is called and says that the activity is not as told does not decide (SOP step 2: the
penanggung jawab does), but an approval against that word is deliberate: it carries its reason.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

FORWARD = """
CREATE FUNCTION requests_guard_denied_call() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.verdict = 'APPROVED' AND NEW.despite = '' AND EXISTS (
        SELECT FROM requests_app_validation v
        WHERE v.request_id = NEW.request_id AND v.outcome = 'DENIED'
    ) THEN
        PERFORM requests_refuse('an approval against a denied call says why');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER requests_denied_call_guard BEFORE INSERT ON requests_app_decision
    FOR EACH ROW EXECUTE FUNCTION requests_guard_denied_call();
"""

BACKWARD = """
DROP TRIGGER requests_denied_call_guard ON requests_app_decision;
DROP FUNCTION requests_guard_denied_call();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("requests_app", "0002_lifecycle_in_the_database"),
        ("recordings", "0007_hold_by_hand"),
    ]
    operations = [
        migrations.AddField(
            model_name="decision",
            name="despite",
            field=models.CharField(
                blank=True,
                default="",
                max_length=500,
                verbose_name="alasan menyetujui walau tidak dibenarkan",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                name="decision_despite_is_an_approval",
                condition=Q(verdict="APPROVED") | Q(despite=""),
            ),
        ),
        migrations.AlterField(
            model_name="sourceerasure",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="source_erasures",
                to="requests_app.accessrequest",
            ),
        ),
        migrations.AlterModelOptions(name="sourceerasure", options={"ordering": ("id",)}),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
