"""`manage.py check` before anything starts: folders, secrets and what is to run by itself."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name
from django.utils.module_loading import module_has_submodule

# Longer ones the database refuses (recordings.models.segment).
_LONGEST_SEGMENT: Final = timedelta(minutes=10)
# What is past its term goes within an hour, though three passages fail (issue of the store).
_LONGEST_PAUSE: Final = timedelta(hours=1) / 4


@register
def data_folder(**_kwargs: Any) -> list[CheckMessage]:
    """It can be written, and nobody else reads the secrets in it."""
    folder = Path(settings.PORTAL_DATA_DIR)
    if not os.access(folder, os.W_OK | os.X_OK):
        hint = "Beri pemilik proses ini hak tulis, atau ubah PORTAL_DATA_DIR."
        return [Error(f"Folder data {folder} tidak dapat ditulis.", hint=hint, id="portal.E001")]
    return list(_open_secrets(Path(settings.PORTAL_SECRET_DIR)))


def _open_secrets(folder: Path) -> Iterator[CheckMessage]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            hint = f"chmod 600 {path}"
            yield Error(f"Rahasia {path.name} terbaca orang lain.", hint=hint, id="portal.E002")


@register
def master_key(**_kwargs: Any) -> list[CheckMessage]:
    """32 bytes in hexadecimal digits: with another one no sealed password opens."""
    try:
        usable = len(bytes.fromhex(settings.PORTAL_MASTER_KEY)) >= 32
    except ValueError:
        usable = False
    hint = "Pulihkan PORTAL_MASTER_KEY dari cadangan; kunci baru tidak membuka yang lama."
    return [] if usable else [Error("Kunci utama rusak.", hint=hint, id="portal.E003")]


@register
def durations(**_kwargs: Any) -> list[CheckMessage]:
    """Settings that are numbers, and that would break a promise."""
    found: list[CheckMessage] = []
    if _LONGEST_SEGMENT.total_seconds() < settings.SEGMENT_SECONDS:
        text = "PORTAL_SEGMENT_SECONDS lebih dari sepuluh menit: potongannya ditolak basis data."
        found.append(Error(text, id="portal.E004"))
    if _LONGEST_PAUSE.total_seconds() < settings.PURGE_EVERY_SECONDS:
        text = "PORTAL_PURGE_EVERY_SECONDS lebih dari 15 menit: rekaman dapat tersimpan lewat masa."
        found.append(Warning(text, id="portal.W001"))
    return found


@register
def schedule(**_kwargs: Any) -> list[CheckMessage]:
    """Whatever beat calls is a task that some worker knows."""
    from cctvportal.celery import app  # noqa: PLC0415 - it needs the settings, and they load us

    # Not the loader's own way: Celery would run these very checks again.
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "tasks"):
            import_module(f"{config.name}.tasks")
    return [
        Error(f"Tugas terjadwal {entry['task']} tidak ada.", id="portal.E005")
        for entry in settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] not in app.tasks
    ]
