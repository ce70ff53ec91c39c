"""The officer's and IT admin's desk: Django's admin behind the portal's own login."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.access import NotAllowed


class PortalAdminSite(AdminSite):
    site_header = _("Portal Rekaman CCTV")
    site_title = _("Meja petugas")
    index_title = _("Data induk")
    enable_nav_sidebar = False
    final_catch_all_view = True

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one login, allauth's; without the right this page does not exist."""
        del extra_context
        if request.user.is_authenticated:
            raise NotAllowed("accounts.enter_desk")
        return redirect_to_login(request.GET.get("next", request.get_full_path()))
