"""Security footage is exported and handed over, and stays until its time (SOP steps 1 to 3, 5)."""

from __future__ import annotations

import pytest

from tests.e2e import case as steps
from tests.e2e.conftest import Office

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_security_is_exported_handed_over_and_its_source_stays(office: Office) -> None:
    # Of Lobi: Parkir's two minutes could be over before the story is.
    case = steps.case(office, "Kehilangan helm", "Lobi")
    umum, petugas = office["umum"], office["petugas"]
    steps.ask(umum, case, room=False, letter=False)
    steps.decide(office["kepala"], case)
    steps.give_passphrase(petugas, case)
    petugas.follow("Selesai, sandi sudah diberikan")
    steps.export(petugas, case)
    steps.hand_over(office, umum, case)
    steps.open_own(umum, case)
    umum.reads("Selesai", "Rekaman terhapus sendiri pada")
