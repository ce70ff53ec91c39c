from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.embedded import binaries, reach

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """As with a strict umask, which is what made the copies unreadable once."""
    with tempfile.TemporaryDirectory(prefix="cache-test-") as name:
        Path(name).chmod(0o711)
        monkeypatch.setattr(binaries, "_CACHE", Path(name) / "new" / "cache")
        before = os.umask(0o077)
        (Path(name) / "new").mkdir()
        (Path(name) / "new").chmod(0o755)
        yield Path(name) / "new" / "cache"
        os.umask(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_programs_in_a_private_home_run_from_a_copy(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = reach.server_account()
    assert account is not None
    private = cache.parent  # stands for the home: nothing below it may be passed but the copy
    monkeypatch.setattr(
        binaries, "can_pass", lambda folder, _account: folder.is_relative_to(private)
    )
    for program in (
        binaries.postgres_bin(account) / "postgres",
        binaries.postgres_bin(account) / "initdb",
        binaries.valkey_server(account),
    ):
        assert program.is_relative_to(cache)
        done = subprocess.run(
            [program, "--version"],
            user=account.uid,
            group=account.gid,
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
        )
        assert "18." in done.stdout or "9." in done.stdout


def test_programs_are_used_where_they_lie_when_they_can_be_reached() -> None:
    assert "site-packages" in str(binaries.postgres_bin(None))
    assert "site-packages" in str(binaries.valkey_server(None))
