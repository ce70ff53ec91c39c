from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories import accounts
from tests.requests_app.views.test_ask import logged_in

pytestmark = pytest.mark.django_db


def test_a_nip_that_another_person_has_is_told_in_plain_words() -> None:
    known = accounts.officer()
    sent = {"nip": known.nip, "name": "Pegawai Contoh", "role": "APPLICANT"}
    page = logged_in(accounts.it_admin()).post(reverse("admin:accounts_user_add"), sent)
    assert "Ini sudah dipakai. Tulis yang lain." in page.text
    assert "Ada isian yang perlu diperbaiki." in page.text
    assert "telah ada" not in page.text


def test_a_wrong_current_password_is_told_in_plain_words() -> None:
    client = logged_in(accounts.officer())
    new = "empat kata tanpa hubungan"
    sent = {"oldpassword": "salah", "password1": new, "password2": new}
    page = client.post(reverse("account_change_password"), sent)
    assert "Kata sandi sekarang salah. Ketik lagi." in page.text
    assert "Silahkan" not in page.text


def test_the_it_admin_finds_the_registers_in_groups() -> None:
    page = logged_in(accounts.it_admin()).get(reverse("admin:index")).text
    assert "Daftar dan pengaturan" in page
    assert page.count(reverse("admin:accounts_user_changelist")) == 2
    assert "Data induk" not in page
