"""I8: a verified package is what its manifest says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cctvportal.accounts.access import SYSTEM
from recordings.models import Export, Medium
from recordings.services import exports
from recordings.services.verify import Level, Report
from tests.recordings.services.exporting import carried_out
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from cctvportal.accounts.models import User
    from recordings.services.permits import Permit


@pytest.fixture
def export(permit: Permit, medium: Medium, officer: User) -> Export:
    return carried_out(exports.queue(permit=permit, medium=medium, by=officer))


def first_zip(export: Export) -> Path:
    return Path(export.medium.path) / export.folder / "data" / "REK-0001.zip"


def about_packages(report: Report) -> list[str]:
    """These exports were queued without a request, which is another invariant's matter."""
    return [sentence for invariant, _, sentence in told(report) if invariant == "I8"]


def said(level: Level) -> list[str]:
    return about_packages(look(level))


def test_verified_package_on_its_disk_is_clean(export: Export) -> None:
    report = look(Level.HASH)
    assert about_packages(report) == []
    assert (report.checked["packages"], report.checked["packages_on_disk"]) == (1, 1)


def test_changed_byte_of_a_package_is_told_by_its_hash(export: Export) -> None:
    path = first_zip(export)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert [said(level) for level in Level] == [[], [], ["isi REK-0001.zip berubah"]]


def test_shortened_package_is_told_by_its_length(export: Export) -> None:
    os.truncate(first_zip(export), 100)
    assert [said(level) for level in Level] == [[], *[["panjang REK-0001.zip berubah"]] * 2]


def test_changed_list_is_told_at_once(export: Export) -> None:
    (first_zip(export).parent.parent / "tagmanifest-sha256.txt").write_text("")
    assert said(Level.PRESENCE) == ["daftar isinya berubah"]


def test_disk_that_went_with_the_applicant_is_no_violation(export: Export) -> None:
    Path(export.medium.path).rename(f"{export.medium.path}-away")
    report = look(Level.HASH)
    assert about_packages(report) == []
    assert report.checked["packages_away"] == 1


def test_package_may_leave_its_disk_once_its_passphrase_is_destroyed(export: Export) -> None:
    folder = Path(export.medium.path) / export.folder
    folder.rename(folder.with_name("lain"))
    assert said(Level.PRESENCE) == [f"tidak ada di {export.medium.label}"]
    exports.forget_passphrases(reference=export.reference, by=SYSTEM)
    report = look()
    assert about_packages(report) == []
    assert report.checked["packages_taken_off"] == 1


def test_facts_that_contradict_the_row_are_told(export: Export) -> None:
    package = {**export.facts["package"], "name": "EKSPOR-LAIN"}
    Export.objects.filter(pk=export.pk).update(facts={**export.facts, "package": package})
    assert said(Level.PRESENCE) == ["keterangan paket tidak cocok dengan barisnya"]
    Export.objects.filter(pk=export.pk).update(facts={})
    assert said(Level.PRESENCE) == ["keterangan paket tidak lengkap"]
