"""The Celery application. A message is a wake-up call that carries a uuid and nothing else."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cctvportal.settings")

app = Celery("cctvportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Policy belongs in code: what runs by itself, and how often in seconds.
app.conf.beat_schedule = {
    "jobs-sweep": {"task": "jobs.sweep", "schedule": 2.0, "options": {"expires": 10}},
}
