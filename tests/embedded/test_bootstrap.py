from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cctvportal.embedded import bootstrap
from tests.template import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = ("requirements.lock", "requirements-dev.lock", "package-lock.json")


def test_entries_are_cut_out_with_all_their_hashes(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("a==1 \\\n    --hash=sha256:aa\nb==2 \\\n    --hash=sha256:bb\nc==3\n")
    assert bootstrap.entries(lock, ("b", "c")) == "b==2 \\\n    --hash=sha256:bb\nc==3\n"


@pytest.mark.parametrize("kind", ["run", "dev"])
def test_builders_are_pinned_in_each_lock(kind: str) -> None:
    cut = bootstrap.entries(ROOT / bootstrap.LOCKS[kind], bootstrap.BUILDERS)
    assert cut.count("==") == len(bootstrap.BUILDERS)


def test_the_developers_lock_holds_the_other_one() -> None:
    run, dev = (
        {line for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert run <= dev


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "resolved" not in text
    assert "pypi" not in text
    assert "npmjs" not in text


def test_pages_files_are_pinned_exactly() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    versions = [*package["dependencies"].values(), *package["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)
