from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.errors import Refused
from devices.models import Room
from devices.services.cameras import Address, add_camera, probe


class Command(BaseCommand):
    help = "Adds a camera after probing it; the recorder takes it up within ten seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("url")
        parser.add_argument("--room", required=True)
        parser.add_argument("--user", default="")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else ""
        address = Address(options["url"], options["user"], password)
        try:
            # Some seconds; a camera that does not answer leaves no room behind.
            finding = probe(address=address, by=SYSTEM)
            with transaction.atomic():
                room, _created = Room.objects.get_or_create(name=options["room"])
                camera = add_camera(
                    name=options["name"], room=room, address=address, by=SYSTEM, finding=finding
                )
        except Refused as error:
            raise CommandError(error.message) from error
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stdout.write(f"{camera.name}: {camera.codec} {camera.width}x{camera.height}")
