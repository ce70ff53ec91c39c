"""The Celery application. A message is a wake-up call that carries a uuid and nothing else."""

from __future__ import annotations

import os

from celery import Celery
from click import Option

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cctvportal.settings")

app = Celery("cctvportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.user_options["worker"].add(
    Option(("--recorder",), is_flag=True, help="Rekam juga kamera komputer ini.")
)
