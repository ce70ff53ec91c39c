"""Small facts kept in the data folder, outside the database, which may be restored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings

from recordings.media import durable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


class Damaged(Exception):  # noqa: N818 - named for what happened
    """The file is there and says nothing that could be read."""


def read(name: str, kind: Callable[..., T]) -> T | None:
    """What was written under this name, None when nothing was. Raises Damaged, OSError."""
    try:
        return kind(**json.loads(_path(name).read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise Damaged(name) from error


def write(name: str, mark: DataclassInstance) -> None:
    """In place of what was there, durable on return. Raises OSError."""
    durable.replace(_path(name), json.dumps(asdict(mark)).encode())


def _path(name: str) -> Path:
    return Path(settings.PORTAL_DATA_DIR) / name
