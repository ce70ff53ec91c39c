"""The officer's and IT admin's desk: Django's admin behind the portal's own login."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.access import NotAllowed, require


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of the desk that is no list of rows; its view names its permission by `page`."""

    route: str
    view: Callable[..., HttpResponseBase]
    name: str


_PAGES: list[DeskPage] = []


def add_pages(*pages: DeskPage) -> None:
    """Puts an app's own pages under /admin/, each behind `admin_view`. Called in its admin.py."""
    _PAGES.extend(pages)


class PortalAdminSite(AdminSite):
    site_header = _("Portal Rekaman CCTV")
    site_title = _("Meja petugas")
    index_title = _("Daftar dan pengaturan")
    enable_nav_sidebar = False
    final_catch_all_view = True

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [path(page.route, self.admin_view(page.view), name=page.name) for page in _PAGES]
        return [*own, *super().get_urls()]

    def admin_view(
        self,
        view: Callable[..., HttpResponseBase],
        cacheable: bool = False,  # noqa: FBT001, FBT002 - Django's signature
    ) -> Any:  # Any: the stubs' type of a view is the given view's own
        """As Django's, but for a person without the right the page does not exist: no detour."""
        inner = super().admin_view(view, cacheable)

        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                require("accounts.enter_desk", request.user)
            return inner(request, *args, **kwargs)

        return guarded

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
