from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cctvportal.common import navigation
from cctvportal.common.context import Portal
from cctvportal.common.navigation import Group, NavItem

if TYPE_CHECKING:
    from django.test import RequestFactory


class Person:
    is_authenticated = True

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        del obj
        return perm in self.permissions


@pytest.fixture(autouse=True)
def entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_ITEMS", {})
    navigation.register(
        NavItem("account_change_password", "Kata sandi", "lock", "a.b", Group.SYSTEM),
        NavItem("account_login", "Masuk", "inbox", "a.b", Group.WORK, order=2, count=lambda _p: 6),
        NavItem("account_logout", "Keluar", "logout", "a.c", Group.WORK, order=1),
        NavItem("not_built_yet", "Nanti", "clock", "a.b"),
    )


def test_sections_show_what_the_role_opens_in_order(rf: RequestFactory) -> None:
    found = navigation.sections(rf.get("/"), Person("a.b", "a.c"))
    assert [[str(entry.label) for entry in section.entries] for section in found] == [
        ["Keluar", "Masuk"],
        ["Kata sandi"],
    ]
    assert str(found[0].title) == "Pekerjaan"


def test_sections_leave_out_what_the_role_may_not_open(rf: RequestFactory) -> None:
    found = navigation.sections(rf.get("/"), Person("a.c"))
    assert [entry.label for section in found for entry in section.entries] == ["Keluar"]


def test_entry_of_a_page_below_it_is_current(rf: RequestFactory) -> None:
    found = navigation.sections(rf.get("/akun/masuk/lagi/"), Person("a.b", "a.c"))
    assert [entry.current for entry in found[0].entries] == [False, True]


def test_entry_tells_how_much_waits(rf: RequestFactory) -> None:
    found = navigation.sections(rf.get("/"), Person("a.b"))
    assert [entry.count for entry in found[0].entries] == [6]


def test_register_again_takes_the_place(rf: RequestFactory) -> None:
    navigation.register(NavItem("account_logout", "Selesai", "logout", "a.c"))
    found = navigation.sections(rf.get("/"), Person("a.c"))
    assert [entry.label for section in found for entry in section.entries] == ["Selesai"]


def test_portal_without_user_has_no_menu(rf: RequestFactory) -> None:
    assert Portal(rf.get("/")).sections == ()
    assert Portal(rf.get("/")).bar == ()


def test_portal_bar_holds_at_most_four(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = Person("a.b", "a.c")  # type: ignore[assignment] # all the menu asks of a user
    navigation.register(
        NavItem("account_signup", "Daftar", "plus", "a.b"),
        NavItem("account_reauthenticate", "Pastikan", "check", "a.b"),
    )
    assert len(Portal(request).bar) == 4


def test_portal_offers_no_language_without_catalogue(rf: RequestFactory) -> None:
    assert Portal(rf.get("/")).other_languages in ([], [("en", "English")])
