from datetime import timedelta

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordings", "0002_guards")]
    operations = [
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.CheckConstraint(
                name="segment_not_too_long",
                condition=models.Q(ended_at__lte=models.F("started_at") + timedelta(minutes=15)),
            ),
        )
    ]
