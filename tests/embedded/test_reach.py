from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from cctvportal.embedded import addresses, reach
from cctvportal.embedded.refusal import CannotStart

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")


def test_socket_paths_stay_short_however_long_the_data_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("panjang" * 30) / ("sekali" * 30)
    folder = addresses.postgres_socket_dir(deep)
    assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 107
    assert str(folder) == str(folder).lower()


def test_socket_folder_made_by_somebody_else_is_refused(tmp_path: Path) -> None:
    top = addresses.socket_dir(tmp_path)
    top.symlink_to(tmp_path)
    try:
        with pytest.raises(CannotStart, match="belongs to somebody else"):
            reach.make_socket_dirs(tmp_path, None)
    finally:
        top.unlink()


def test_data_of_an_ordinary_user_lie_in_the_data_folder(tmp_path: Path) -> None:
    assert reach.place(tmp_path, "postgres", None) == tmp_path / "postgres"


@as_root
def test_root_puts_data_elsewhere_when_the_checkout_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = reach.server_account()
    home = tmp_path / "home"
    (home / "var").mkdir(parents=True)
    home.chmod(0o700)
    state = Path("/var/lib/cctvportal-test")
    monkeypatch.setattr(reach, "_STATE", state)
    try:
        chosen = reach.place(home / "var", "postgres", account)
        assert chosen.parent.parent == state
        assert stat.S_IMODE(chosen.parent.stat().st_mode) == 0o700
        assert reach.place(home / "var", "postgres", account) == chosen
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        reach.forget(home / "var", "postgres")
        assert list(state.iterdir()) == []
    finally:
        shutil.rmtree(state, ignore_errors=True)


@as_root
def test_a_private_folder_that_cannot_be_avoided_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_STATE", tmp_path / "private" / "state")
    tmp_path.chmod(0o700)
    with pytest.raises(CannotStart, match="PORTAL_DATA_DIR"):
        reach.place(tmp_path, "postgres", reach.server_account())
