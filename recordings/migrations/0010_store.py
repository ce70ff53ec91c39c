from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recordings", "0009_alarm")]
    operations = []
