from __future__ import annotations

import sys

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "cctvportal.admin_site.PortalAdminSite"

    def ready(self) -> None:
        # A recorder shows no page, and when it was killed it has to be back in seconds.
        if "--recorder" not in sys.argv:
            super().ready()
