"""The numbered steps at which the fault suite kills a process (docs/faults.md).

A step is passed right after what its name tells has happened. Outside the fault suite a passage
costs one look at a module's variable, and nothing in the environment makes it do more.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FAULTS: Final = "PORTAL_FAULTS"
CRASH_AT: Final = "PORTAL_CRASH_AT"

# In the order in which each path passes them. tests/common/test_crash.py compares with the tree.
STEPS: Final = (
    # record: keys first, then files, then rows
    "record.keys_stored",
    "record.folders_made",
    "record.part_made",
    "record.part_locked",
    "record.rows_noted",
    "record.opened",
    "record.written",
    "record.closed",
    "record.discarded",
    # seal, and salvage of what a dead process left
    "seal.trimmed",
    "seal.fsynced",
    "seal.facts_written",
    "seal.facts_named",
    "seal.linked",
    "seal.unlinked",
    "seal.folder_synced",
    "seal.row_saved",
    "seal.row_committed",
    # purge: the gate, and what is left of footage that could not be kept
    "purge.doomed",
    "purge.doom_committed",
    "purge.tombstone_written",
    "purge.tombstone_synced",
    "purge.keys_destroyed",
    "purge.unlinked",
    "purge.folder_synced",
    "purge.noted",
    "purge.note_committed",
    "purge.finished",
    "remains.unlinked",
    "remains.folder_synced",
    "remains.noted",
    "remains.note_committed",
    # small files replaced whole: epoch and camera-day keys, the clock's mark, reconcile's sightings
    "file.written_beside",
    "file.renamed",
    # the keystore under a new epoch
    "keys.epoch_made",
    "keys.resealed",
    "keys.replaced",
    "keys.leftovers_gone",
    "keys.folder_synced",
    "keys.proved",
    "keys.overwritten",
    "keys.unlinked",
    "keys.epochs_gone",
    # export
    "export.begun",
    "export.staged",
    "export.cut",
    "export.block_written",
    "export.file_fsynced",
    "export.file_renamed",
    "export.zip_noted",
    "export.tags_written",
    "export.package_noted",
    "export.folder_moved",
    "export.published",
    "export.verifying",
    "export.read_back",
    "export.settled",
    "export.verified",
    "export.wiped",
    "export.wipe_noted",
    # erase
    "erase.started",
    "erase.doomed",
    "erase.cleared",
    "erase.ended",
    "erase.committed",
    # custody: an hour sealed, damage marked, a day folded
    "custody.noted",
    "checkup.marked",
    "fold.noted",
    "fold.deleted",
    "fold.committed",
    # the job around both
    "job.claimed",
    "job.carried_out",
    "job.finished",
)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class _Plan:
    """What befalls the process, at which passage of which step; `left` counts down."""

    name: str
    left: int
    blow: Callable[[], None]


_plan: _Plan | None = None


def arm(text: str, blow: Callable[[], None] = _die) -> None:
    """SIGKILL, or another blow, at `name`, or with `name:3` at its third passage.

    For a process forked by the suite. Raises RuntimeError outside the fault suite, ValueError for
    a step that does not exist.
    """
    global _plan  # noqa: PLW0603 - a process is struck once
    if os.environ.get(FAULTS) != "1":
        raise RuntimeError("Only the fault suite may kill a process.")
    name, _, number = text.partition(":")
    if name not in STEPS:
        raise ValueError(text)
    _plan = _Plan(name, int(number or 1), blow)


def step(name: str) -> None:
    """Says that `name` has just happened; the suite may have asked for something to follow it."""
    if _plan is not None and _plan.name == name:
        _plan.left -= 1
        if _plan.left == 0:
            _plan.blow()


if os.environ.get(FAULTS) == "1" and os.environ.get(CRASH_AT):
    arm(os.environ[CRASH_AT])
