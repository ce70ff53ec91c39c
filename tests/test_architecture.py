"""The one direction of imports and of foreign keys."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, Model

# Lower index: lower layer. A foreign key goes down or stays.
LAYERS = [
    "contenttypes",
    "auth",
    "sessions",
    "common",
    "accounts",
    "audit",
    "jobs",
    "devices",
    "recordings",
    "requests_app",
]


def test_imports_go_down() -> None:
    # In a process of its own, because it switches off the loggers that exist.
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("model", apps.get_models(include_auto_created=True))
def test_foreign_keys_go_down(model: type[Model]) -> None:
    here = model._meta.app_label
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey | ManyToManyField) and here in LAYERS:
            there = field.related_model._meta.app_label
            assert LAYERS.index(there) <= LAYERS.index(here), f"{model}.{field.name} points up"


def test_every_app_has_its_layer() -> None:
    ours = {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}
    assert ours <= set(LAYERS)
