"""The folders of a volume one after another, so that a walk can be taken up where it was left."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Container, Iterator
from datetime import date
from uuid import UUID

# A folder's files by name, each as it was when the folder was listed.
Files = dict[str, os.stat_result]


def folders(
    root: int, *, behind: str, but: Container[str], sick: Callable[[str, OSError], None]
) -> Iterator[tuple[str, Files]]:
    """Every folder below `root` in the order of the names on its path, the root as "".

    Those up to and with `behind` are left out, and so are the names `but` in the root. A folder
    that the disk does not give is told to `sick`.
    """
    return _walk(root, (), tuple(filter(None, behind.split("/"))), but, sick)


def _walk(
    root: int,
    here: tuple[str, ...],
    behind: tuple[str, ...],
    but: Container[str],
    sick: Callable[[str, OSError], None],
) -> Iterator[tuple[str, Files]]:
    path = "/".join(here)
    files: Files = {}
    below: list[str] = []
    try:
        _list(root, path, files, below)
    except OSError as error:
        sick(path, error)
    if not behind or here > behind:
        yield path, {name: one for name, one in files.items() if here or name not in but}
    for name in sorted(below):
        deeper = (*here, name)
        if (here or name not in but) and deeper >= behind[: len(deeper)]:
            yield from _walk(root, deeper, behind, but, sick)


def _list(root: int, path: str, files: Files, below: list[str]) -> None:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path or ".", flags, dir_fd=root)
    try:
        with os.scandir(descriptor) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.name)
                else:
                    with contextlib.suppress(FileNotFoundError):  # sealed or purged just now
                        files[entry.name] = entry.stat(follow_symlinks=False)
    finally:
        os.close(descriptor)


def camera_and_day(folder: str) -> tuple[UUID, date] | None:
    """Whose segments lie in this folder; None where none of ours may lie."""
    try:
        camera, year, month, day = folder.split("/")
        found = UUID(camera), date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if folder == f"{found[0]}/{found[1]:%Y/%m/%d}" else None


def segment_of(stem: str) -> UUID | None:
    """The segment that a file belongs to by its name without suffix."""
    try:
        found = UUID(stem)
    except ValueError:
        return None
    return found if str(found) == stem else None
