from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recordings", "0005_purge_resumed")]
    operations = []
