"""The one login, by allauth's views and only those that a closed office needs.

And what approvers do about accounts: Plt. and Plh., and the second person's yes.
"""

from __future__ import annotations

from allauth.account import views
from django.urls import path, re_path

from cctvportal.accounts.views import account_changes, answer_change, delegations, revoke

urlpatterns = [
    path("pengganti/", delegations, name="delegations"),
    path("pengganti/<int:pk>/cabut/", revoke, name="delegation_revoke"),
    path("persetujuan/", account_changes, name="account_changes"),
    path("persetujuan/<int:pk>/", answer_change, name="account_change_answer"),
    path("masuk/", views.login, name="account_login"),
    path("keluar/", views.logout, name="account_logout"),
    path("daftar/", views.signup, name="account_signup"),
    path("kata-sandi/", views.password_change, name="account_change_password"),
    path("pastikan/", views.reauthenticate, name="account_reauthenticate"),
    re_path(
        r"^kata-sandi/baru/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "kata-sandi/baru/selesai/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
