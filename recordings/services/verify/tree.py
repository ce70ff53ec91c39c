"""The folders of a volume as they are on the disk, each listed once and without following links."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from recordings.media import placing
from recordings.services.reconcile import QUARANTINE
from recordings.services.volumes import MARKER

_SUFFIXES: Final = frozenset({placing.PART, placing.FILM, placing.FACTS})
_NOT_OURS: Final = frozenset({"lost+found"})
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(slots=True)
class Tree:
    """Paths below the volume: each camera's folders by day, and whatever is none of ours."""

    days: dict[UUID, dict[date, str]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)


def camera_days(root: int) -> Tree:
    """Where footage lies (`<camera>/YYYY/MM/DD`), without a look into the days themselves."""
    tree = Tree()
    for name, is_folder in _entries(root, "."):
        if not is_folder:
            if name != MARKER:
                tree.foreign.append(name)
        elif name == QUARANTINE:
            tree.foreign += [f"{name}/{below}" for below, _ in _entries(root, name)]
        elif name not in _NOT_OURS:
            _camera(root, name, tree)
    return tree


def _camera(root: int, name: str, tree: Tree) -> None:
    try:
        camera = UUID(name)
    except ValueError:
        tree.foreign.append(name)
        return
    days = tree.days.setdefault(camera, {})
    for path, is_folder in _at_depth(root, name, 3):
        day = _day_of(path) if is_folder else None
        if day is None or path != f"{camera}/{day:%Y/%m/%d}":
            tree.foreign.append(path)
        else:
            days[day] = path


def _at_depth(root: int, path: str, depth: int) -> Iterator[tuple[str, bool]]:
    """What is `depth` folders below `path`, and files that lie higher up."""
    for name, is_folder in _entries(root, path):
        below = f"{path}/{name}"
        if is_folder and depth > 1:
            yield from _at_depth(root, below, depth - 1)
        else:
            yield below, is_folder


def _day_of(path: str) -> date | None:
    try:
        return date.fromisoformat("-".join(path.split("/")[1:]))
    except ValueError:
        return None


def _entries(root: int, path: str) -> list[tuple[str, bool]]:
    try:
        descriptor = os.open(path, _FOLDER, dir_fd=root)
    except FileNotFoundError:
        return []
    try:
        with os.scandir(descriptor) as found:
            return sorted((one.name, one.is_dir(follow_symlinks=False)) for one in found)
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class Folder:
    """One day's folder: which files each segment has, and the length in bytes of its film.

    `sizes` is empty when it was not asked for: a length costs one more call a file.
    """

    path: str
    names: dict[UUID, list[str]] = field(default_factory=dict)
    sizes: dict[UUID, int] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    files: int = 0

    @classmethod
    def read(cls, root: int, path: str, *, sizes: bool) -> Folder:
        """A folder that is not there is empty."""
        found = cls(path)
        try:
            descriptor = os.open(path, _FOLDER, dir_fd=root)
        except (FileNotFoundError, NotADirectoryError):
            return found
        try:
            with os.scandir(descriptor) as entries:
                for entry in entries:
                    found._take(entry, sizes=sizes)
        finally:
            os.close(descriptor)
        return found

    def _take(self, entry: os.DirEntry[str], *, sizes: bool) -> None:
        self.files += 1
        stem, dot, suffix = entry.name.rpartition(".")
        suffix = dot + suffix
        segment = _uuid(stem) if suffix in _SUFFIXES else None
        if segment is None or not entry.is_file(follow_symlinks=False):
            self.foreign.append(f"{self.path}/{entry.name}")
            return
        self.names.setdefault(segment, []).append(suffix)
        if sizes and suffix == placing.FILM:
            # A purge may have taken it since it was listed: without a length it is looked at again.
            with suppress(FileNotFoundError):
                self.sizes[segment] = entry.stat(follow_symlinks=False).st_size


def _uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def left_by_its_writer(root: int, base: str) -> bool:
    """Whether nobody holds this `.part` any more; False too when it went meanwhile."""
    try:
        descriptor = os.open(
            base + placing.PART, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=root
        )
    except FileNotFoundError:
        return False
    try:
        # Shared, so that two who look do not take each other for a recorder.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
