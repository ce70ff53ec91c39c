from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("recordings", "0007_hold_by_hand")]
    operations = []
