"""The officer's pages under /admin/; there is no bare list of requests to edit."""

from __future__ import annotations

from cctvportal.admin_site import add_pages
from requests_app.desk.urls import PAGES

add_pages(*PAGES)
