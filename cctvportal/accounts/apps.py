from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cctvportal.accounts"
    label = "accounts"
    verbose_name = "Orang dan wewenang"
