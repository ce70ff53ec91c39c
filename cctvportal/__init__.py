"""The portal's own packages. Importing it makes the Celery application the current one."""

from __future__ import annotations

from cctvportal.celery import app as celery_app

__all__ = ["celery_app"]
