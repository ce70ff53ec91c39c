"""The Celery application. A message is a wake-up call that carries a uuid and nothing else."""

from __future__ import annotations

import os
import sys

from celery import Celery
from click import Option

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cctvportal.settings")

app = Celery("cctvportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A recorder that was killed has to be back in seconds: it does not load every page to check it.
if "--recorder" in sys.argv:
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
app.user_options["worker"].add(
    Option(("--recorder",), is_flag=True, help="Rekam juga kamera komputer ini.")
)
