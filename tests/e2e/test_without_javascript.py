"""The first steps of the SOP without any script, and with the keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.e2e import case as steps
from tests.e2e.conftest import Office
from tests.e2e.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# The ring that the style sheet draws is an outline or a shadow; the browser's own would be auto.
_RING = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [one.tagName, one.textContent.trim().slice(0, 40), seen || style.boxShadow !== "none"];
}"""


def test_request_is_sent_without_javascript_and_keeps_what_was_typed(office: Office) -> None:
    umum = office.somebody("umum", scripts=False)
    account = office.stack.accounts["umum"]
    umum.log_in(account["nip"], account["password"])
    case = steps.case(office, "Tanpa JavaScript", "Parkir")
    umum.follow("Ajukan permohonan")
    umum.fill("Kegiatan atau peristiwa", case.activity)
    umum.press("Lanjut")
    umum.reads("Ada isian yang perlu diperbaiki")
    assert umum.page.title().startswith("Ada isian yang perlu diperbaiki")
    assert umum.page.get_by_label("Kegiatan atau peristiwa").input_value() == case.activity
    umum.follow("Tulis dasar pemrosesannya")
    umum.fill("Dasar pemrosesan", "Laporan kejadian")
    umum.press("Lanjut")
    steps.choose_footage(umum, case)
    umum.fill("Selesai$", f"{case.range.start - timedelta(seconds=5):%H:%M:%S}")
    umum.press("Lanjut")
    umum.reads("Ada isian yang perlu diperbaiki")
    umum.fill("Selesai$", f"{case.range.end:%H:%M:%S}")
    steps.wait_until_recorded(umum, case)
    steps.send(umum, case, room=False)
    umum.follow("Lihat permohonan")
    umum.follow("Tarik permohonan")
    umum.press("Tarik permohonan")
    umum.reads("Permohonan ditarik.", "Rekaman terhapus sendiri pada")


def test_focus_is_seen_and_the_first_stop_leads_to_the_content(office: Office) -> None:
    visitor = office.somebody("tamu")
    visitor.open("/")
    assert must_show_focus(visitor, stops=4)[0][1] == "Langsung ke isi"
    for role in ("umum", "kepala", "petugas"):
        person = office[role]
        person.home()
        must_show_focus(person, stops=8)


def must_show_focus(person: Person, *, stops: int) -> list[tuple[str, str, bool]]:
    """What Tab reaches, one after another; each must stand out while it has the focus."""
    found = []
    person.page.bring_to_front()
    for _ in range(stops):
        person.page.keyboard.press("Tab")
        found.append(tuple(person.page.evaluate(_RING)))
    # Past the last element, or before the window has the focus, Tab stands on the document.
    reached = [stop for stop in found if stop[0] != "BODY"]
    assert len(reached) >= stops - 1
    assert [stop for stop in reached if not stop[2]] == []
    return reached
