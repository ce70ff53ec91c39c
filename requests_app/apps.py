from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from cctvportal.common.navigation import NavItem, register
from requests_app.menu_desk import DESK, tasks
from requests_app.menu_records import RECORDS, monitoring

# The menu shows what the person may open; each entry asks the permission of its page.
_MENU = (
    NavItem("requests:mine", _("Permohonan"), "file", "requests_app.ask", order=10),
    NavItem("requests:ask", _("Ajukan baru"), "plus", "requests_app.ask", order=20),
    NavItem("requests:all", _("Semua permohonan"), "list", "requests_app.list", order=30),
    NavItem("books:enter", _("Buku catatan"), "book", "requests_app.enter_books", order=35),
)


class RequestsAppConfig(AppConfig):
    name = "requests_app"
    verbose_name = "Permohonan"

    def ready(self) -> None:
        from recordings.services.alarms import count_for  # noqa: PLC0415
        from requests_app import invariants, receivers  # noqa: F401, PLC0415 - models must be loaded first
        from requests_app.desk.board import waiting_count  # noqa: PLC0415
        from requests_app.selectors.lists import waiting_for  # noqa: PLC0415

        invariants.register_all()
        inbox = _("Kotak masuk")
        register(
            NavItem(
                "approver:inbox", inbox, "inbox", "requests_app.inbox", order=5, count=waiting_for
            ),
            *_MENU,
            tasks(waiting_count),
            *DESK,
            monitoring(count_for),
            *RECORDS,
        )
