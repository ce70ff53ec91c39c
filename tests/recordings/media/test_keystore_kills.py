"""A process that dies at any step of a destroy or put leaves a keystore that still serves."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from recordings.media.keystore import Keystore, SegmentRef

DAYS = (date(2026, 11, 23), date(2026, 11, 24))
CAMERAS = (UUID(int=1), UUID(int=2))
STEPS = ("open", "write", "fsync", "replace", "unlink", "pwrite")


def segment(number: int) -> UUID:
    return UUID(int=1000 + number)


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Path, dict[SegmentRef, bytes]]:
    folder = tmp_path / "filled"
    store = Keystore(folder)
    keys: dict[SegmentRef, bytes] = {}
    for number, (camera, day) in enumerate((c, d) for c in CAMERAS for d in DAYS):
        mine = {segment(number * 10 + i): secrets.token_bytes(16) for i in range(3)}
        store.put(camera, day, mine)
        keys |= {SegmentRef(camera, day, name): key for name, key in mine.items()}
    return folder, keys


def die_at(step: int, work: Callable[[], object]) -> bool:
    """Run `work` in a child that kills itself before its step-th change; True when it finished."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    left = step

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child must never return into pytest
        os._exit(3)
    os._exit(0)


def readable(store: Keystore, keys: dict[SegmentRef, bytes]) -> dict[SegmentRef, bytes]:
    return {r: store.get(r.camera, r.day, r.segment) for r in keys if store.has(r)}


def test_destroy_killed_at_every_step_loses_no_other_key_and_completes(
    filled: tuple[Path, dict[SegmentRef, bytes]], tmp_path: Path
) -> None:
    origin, keys = filled
    # One whole day of one camera, and one key of another day.
    doomed = {ref for ref in keys if (ref.camera, ref.day) == (CAMERAS[0], DAYS[0])}
    doomed.add(SegmentRef(CAMERAS[1], DAYS[1], segment(31)))
    rest = {ref: key for ref, key in keys.items() if ref not in doomed}
    step, finished = 0, False
    while not finished:
        step += 1
        folder = tmp_path / f"step{step}"
        shutil.copytree(origin, folder)
        finished = die_at(step, partial(Keystore(folder).destroy, doomed))
        store = Keystore(folder)
        after_kill = readable(store, keys)
        assert rest.items() <= after_kill.items(), step
        assert after_kill.items() <= keys.items(), step
        result = store.destroy(doomed)
        assert readable(store, keys) == rest, step
        assert set(result.destroyed) | set(result.absent) == doomed
        names = sorted(path.name for path in folder.iterdir())
        assert [name.split(".")[1] for name in names if name.startswith("epoch-")] == [
            str(day) for day in DAYS
        ], step
        assert len(names) == 6, step
    assert step > 30


def test_old_copies_stay_shut_wherever_the_first_attempt_died(
    filled: tuple[Path, dict[SegmentRef, bytes]], tmp_path: Path
) -> None:
    origin, keys = filled
    doomed = [SegmentRef(CAMERAS[0], DAYS[0], segment(1))]
    for step in range(1, 40, 3):
        folder, copy = tmp_path / f"live{step}", tmp_path / f"copy{step}"
        shutil.copytree(origin, folder)
        die_at(step, partial(Keystore(folder).destroy, doomed))
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("epoch-*"))
        Keystore(folder).destroy(doomed)
        for epoch in folder.glob("epoch-*"):
            shutil.copy2(epoch, copy)
        assert not Keystore(copy).has(doomed[0]), step
        assert len(readable(Keystore(folder), keys)) == len(keys) - 1


def test_put_killed_at_every_step_keeps_the_day_and_can_be_repeated(
    filled: tuple[Path, dict[SegmentRef, bytes]], tmp_path: Path
) -> None:
    origin, keys = filled
    fresh = {segment(900 + i): secrets.token_bytes(16) for i in range(2)}
    step, finished = 0, False
    while not finished:
        step += 1
        folder = tmp_path / f"put{step}"
        shutil.copytree(origin, folder)
        finished = die_at(step, partial(Keystore(folder).put, CAMERAS[0], DAYS[0], fresh))
        store = Keystore(folder)
        assert readable(store, keys) == keys, step
        present = store.segments(CAMERAS[0], DAYS[0]) & fresh.keys()
        assert present in (set(), set(fresh)), step
        if not present:
            store.put(CAMERAS[0], DAYS[0], fresh)
        assert readable(store, keys) == keys
    assert step > 6


def test_first_put_killed_at_every_step_can_be_repeated(tmp_path: Path) -> None:
    step, finished = 0, False
    while not finished:
        step += 1
        folder = tmp_path / f"first{step}"
        name, key = segment(step), secrets.token_bytes(16)
        finished = die_at(step, partial(Keystore(folder).put, CAMERAS[0], DAYS[0], {name: key}))
        store = Keystore(folder)
        if not store.has(SegmentRef(CAMERAS[0], DAYS[0], name)):
            store.put(CAMERAS[0], DAYS[0], {name: key})
        assert store.get(CAMERAS[0], DAYS[0], name) == key
        assert store.epoch == 1
