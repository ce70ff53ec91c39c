from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cctvportal.accounts.access import SYSTEM
from cctvportal.accounts.enums import Role
from cctvportal.accounts.models import User
from cctvportal.accounts.services.people import add_first
from cctvportal.common.errors import Refused


class Command(BaseCommand):
    help = (
        "Adds the first approver (or, with --role IT_ADMIN, the first IT admin) of an empty "
        "portal and prints the path of a password link, once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("nip", "name", "jabatan", "unit"):
            parser.add_argument(name)
        choices = [Role.APPROVER.value, Role.IT_ADMIN.value]
        parser.add_argument("--role", choices=choices, default=Role.APPROVER.value)

    def handle(self, *_args: Any, **given: Any) -> None:
        names = ("nip", "name", "jabatan", "unit", "role")
        try:
            link = add_first(User(**{name: given[name] for name in names}), by=SYSTEM)
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(link)
