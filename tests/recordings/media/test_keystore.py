from __future__ import annotations

import os
import secrets
import shutil
import stat
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from recordings.media import durable, keyfile
from recordings.media.errors import KeyMissing, KeyReused, KeystoreDamaged
from recordings.media.keyfile import Shelf
from recordings.media.keystore import Destruction, Keystore, SegmentRef

DAY = date(2026, 11, 24)
NEXT = DAY + timedelta(days=1)
EPOCH = f"epoch-00000001.{DAY}.key"


def fill(store: Keystore, camera: UUID, day: date = DAY, count: int = 3) -> dict[SegmentRef, bytes]:
    keys = {uuid4(): secrets.token_bytes(16) for _ in range(count)}
    store.put(camera, day, keys)
    return {SegmentRef(camera, day, segment): key for segment, key in keys.items()}


def read(store: Keystore, ref: SegmentRef) -> bytes:
    return store.get(ref.camera, ref.day, ref.segment)


@pytest.fixture
def store(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "keystore")


def test_keys_come_back_for_another_process(store: Keystore, tmp_path: Path) -> None:
    keys = fill(store, uuid4()) | fill(store, uuid4())
    again = Keystore(tmp_path / "keystore")
    assert {ref: read(again, ref) for ref in keys} == keys


def test_keys_added_to_a_day_leave_the_earlier_ones(store: Keystore) -> None:
    camera = uuid4()
    keys = fill(store, camera) | fill(store, camera)
    assert {ref: read(store, ref) for ref in keys} == keys
    assert store.segments(camera, DAY) == {ref.segment for ref in keys}


def test_empty_keystore_has_no_epoch_and_no_key(store: Keystore) -> None:
    assert store.epoch == 0
    with pytest.raises(KeyMissing):
        store.get(uuid4(), DAY, uuid4())
    assert store.destroy([]) == Destruction(0, 0, (), ())


def test_key_of_another_day_or_camera_is_missing(store: Keystore) -> None:
    ref = next(iter(fill(store, uuid4())))
    assert store.has(ref)
    assert not store.has(SegmentRef(uuid4(), ref.day, ref.segment))
    assert not store.has(SegmentRef(ref.camera, ref.day + timedelta(days=1), ref.segment))


def test_second_key_for_a_segment_is_refused_and_the_first_stays(store: Keystore) -> None:
    ref, key = next(iter(fill(store, uuid4()).items()))
    with pytest.raises(KeyReused):
        store.put(ref.camera, ref.day, {ref.segment: secrets.token_bytes(16)})
    assert read(store, ref) == key


def test_one_key_for_two_segments_is_refused(store: Keystore) -> None:
    ref, key = next(iter(fill(store, uuid4()).items()))
    with pytest.raises(KeyReused):
        store.put(ref.camera, ref.day, {uuid4(): key})
    fresh = secrets.token_bytes(16)
    with pytest.raises(KeyReused):
        store.put(ref.camera, ref.day, {uuid4(): fresh, uuid4(): fresh})


def test_key_of_the_wrong_length_is_refused(store: Keystore) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        store.put(uuid4(), DAY, {uuid4(): b"short"})


def test_files_are_for_this_account_only_and_hold_no_clear_key(
    store: Keystore, tmp_path: Path
) -> None:
    keys = fill(store, uuid4())
    files = [path for path in (tmp_path / "keystore").iterdir() if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    written = b"".join(path.read_bytes() for path in files)
    assert not [key for key in keys.values() if key in written]


def test_epoch_key_that_others_may_read_stops_everything(store: Keystore, tmp_path: Path) -> None:
    ref = next(iter(fill(store, uuid4())))
    (tmp_path / "keystore" / EPOCH).chmod(0o644)
    for attempt in (lambda: store.destroy([ref]), lambda: fill(store, ref.camera)):
        with pytest.raises(KeystoreDamaged, match="0600"):
            attempt()
    (tmp_path / "keystore" / EPOCH).chmod(0o600)
    assert store.has(ref)


def test_destroy_takes_what_was_asked_and_nothing_else(store: Keystore) -> None:
    keys = fill(store, uuid4()) | fill(store, uuid4(), DAY + timedelta(days=1))
    asked = list(keys)[1:3]
    result = store.destroy(asked)
    assert result == Destruction(2, 3, tuple(asked), ())
    rest = {ref: key for ref, key in keys.items() if ref not in asked}
    assert {ref: read(store, ref) for ref in rest} == rest
    assert not [ref for ref in asked if store.has(ref)]


def test_destroy_again_tells_absent_and_starts_no_epoch(store: Keystore) -> None:
    ref, *_ = fill(store, uuid4())
    store.destroy([ref])
    assert store.destroy([ref]) == Destruction(2, 2, (), (ref,))


def test_day_without_keys_leaves_no_file(store: Keystore, tmp_path: Path) -> None:
    store.destroy(fill(store, uuid4()))
    assert not list((tmp_path / "keystore").glob("*.keys"))


def test_old_copy_of_the_files_opens_nothing_after_destruction(
    store: Keystore, tmp_path: Path
) -> None:
    keys = fill(store, uuid4())
    thief = tmp_path / "thief"
    shutil.copytree(tmp_path / "keystore", thief, ignore=shutil.ignore_patterns("epoch-*"))
    store.destroy([next(iter(keys))])
    epoch = tmp_path / "keystore" / f"epoch-00000002.{DAY}.key"
    shutil.copy2(epoch, thief)
    assert not [ref for ref in keys if Keystore(thief).has(ref)]
    shutil.copy2(epoch, thief / EPOCH)
    assert not [ref for ref in keys if Keystore(thief).has(ref)]


def test_old_epoch_key_is_overwritten_before_its_name_goes(store: Keystore, tmp_path: Path) -> None:
    ref, *_ = fill(store, uuid4())
    old = tmp_path / "keystore" / EPOCH
    secret = old.read_bytes()
    # A second name shows what became of the bytes themselves.
    os.link(old, tmp_path / "other-name")
    store.destroy([ref])
    assert not old.exists()
    left = (tmp_path / "other-name").read_bytes()
    assert len(left) == len(secret)
    assert left != secret


def test_file_moved_to_another_camera_does_not_open(store: Keystore, tmp_path: Path) -> None:
    ref, *_ = fill(store, uuid4())
    other = uuid4()
    folder = tmp_path / "keystore"
    shutil.copy2(folder / f"{ref.camera}.{DAY}.keys", folder / f"{other}.{DAY}.keys")
    assert not store.has(SegmentRef(other, DAY, ref.segment))
    assert store.has(ref)


def test_put_goes_on_beside_a_file_that_no_longer_opens(store: Keystore, tmp_path: Path) -> None:
    ref, *_ = fill(store, uuid4())
    path = tmp_path / "keystore" / f"{ref.camera}.{DAY}.keys"
    path.write_bytes(path.read_bytes()[:-1])
    fresh = fill(store, ref.camera)
    assert all(store.has(new) for new in fresh)
    assert not store.has(ref)
    assert len(list((tmp_path / "keystore").glob("*.unreadable-*"))) == 1


def test_destroy_refuses_when_no_file_opens(store: Keystore, tmp_path: Path) -> None:
    ref, *_ = fill(store, uuid4())
    epoch = tmp_path / "keystore" / EPOCH
    good = epoch.read_bytes()
    epoch.write_bytes(secrets.token_bytes(len(good)))
    with pytest.raises(KeystoreDamaged):
        store.destroy([ref])
    epoch.write_bytes(good)
    assert store.has(ref)


def test_lost_epoch_key_is_never_replaced_by_a_new_first_one(
    store: Keystore, tmp_path: Path
) -> None:
    fill(store, uuid4())
    (tmp_path / "keystore" / EPOCH).unlink()
    with pytest.raises(KeystoreDamaged):
        fill(store, uuid4())


def test_destroying_a_day_leaves_the_files_of_other_days_alone(
    store: Keystore, tmp_path: Path
) -> None:
    ref, *_ = fill(store, uuid4())
    fill(store, uuid4(), NEXT)
    others = [path for path in (tmp_path / "keystore").iterdir() if str(NEXT) in path.name]
    before = {path: path.read_bytes() for path in others}
    store.destroy([ref])
    assert len(before) == 2, "the file and its epoch"
    assert {path: path.read_bytes() for path in others} == before


def test_damaged_epoch_key_of_a_day_stops_no_other_day(store: Keystore, tmp_path: Path) -> None:
    fill(store, uuid4())
    other = fill(store, uuid4(), NEXT)
    (tmp_path / "keystore" / EPOCH).write_bytes(secrets.token_bytes(48))
    with pytest.raises(KeystoreDamaged):
        fill(store, uuid4())
    other |= fill(store, uuid4(), NEXT)
    gone, *rest = other
    store.destroy([gone])
    assert store.readable(other) == set(rest)


def test_epoch_of_a_day_without_keys_goes_but_its_number_is_not_used_again(
    store: Keystore, tmp_path: Path
) -> None:
    store.destroy(fill(store, uuid4()))
    assert store.epoch == 2
    store.destroy(fill(store, uuid4(), NEXT))
    epochs = [path.name for path in (tmp_path / "keystore").glob("epoch-*")]
    assert epochs == [f"epoch-00000004.{NEXT}.key"]


def test_readable_tells_which_of_many_can_be_read(store: Keystore) -> None:
    keys = fill(store, uuid4()) | fill(store, uuid4(), NEXT)
    gone, *rest = keys
    store.destroy([gone])
    never = SegmentRef(uuid4(), DAY, uuid4())
    assert store.readable([*keys, never]) == set(rest)


def test_keystore_of_one_epoch_for_all_days_opens_and_is_divided_by_the_first_destruction(
    store: Keystore, tmp_path: Path
) -> None:
    keys = fill(store, uuid4()) | fill(store, uuid4(), NEXT)
    folder = tmp_path / "keystore"
    shared = secrets.token_bytes(32)
    for path in folder.glob("*.keys"):
        shelf = Shelf.of(path.name)
        rows = keyfile.pack({ref.segment: k for ref, k in keys.items() if ref.day == shelf.day})
        path.write_bytes(keyfile.seal(shelf, 7, shared, rows))
    for path in folder.glob("epoch-*"):
        path.unlink()
    durable.replace(folder / "epoch-00000007.key", shared)
    keys |= fill(store, uuid4(), NEXT)
    assert {ref: read(store, ref) for ref in keys} == keys
    gone, *rest = keys
    result = store.destroy([gone])
    assert result.destroyed == (gone,)
    assert store.readable(keys) == set(rest)
    assert not (folder / "epoch-00000007.key").exists()
    assert len(list(folder.glob("epoch-*"))) == 2


def test_readers_see_every_remaining_key_during_rotations(store: Keystore) -> None:
    camera = uuid4()
    keys = fill(store, camera, count=12)
    kept, *doomed = keys
    stop, missed = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            if not store.has(kept):
                missed.append(store.epoch)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for ref in doomed:
        store.destroy([ref])
    stop.set()
    for thread in threads:
        thread.join()
    assert missed == []
    assert store.epoch == 12


def test_writers_in_threads_lose_nothing(store: Keystore) -> None:
    camera = uuid4()
    written: list[dict[SegmentRef, bytes]] = []
    threads = [
        threading.Thread(target=lambda: written.append(fill(store, camera))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = {ref: key for part in written for ref, key in part.items()}
    assert len(keys) == 18
    assert {ref: read(store, ref) for ref in keys} == keys


def test_rotation_of_a_month_of_sixteen_cameras_is_quick(store: Keystore) -> None:
    refs = [
        next(iter(fill(store, camera, DAY + timedelta(days=number), count=1440)))
        for camera in [uuid4() for _ in range(4)]
        for number in range(10)
    ]
    began = time.process_time()
    store.destroy(refs[:4])
    # A twelfth of the real size; CPU time, as the disk of a test machine is not the point.
    assert time.process_time() - began < 0.5
    assert sum(store.has(ref) for ref in refs) == 36
