from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.errors import Refused
from devices.probing import Finding
from devices.services.cameras import Address, probe


class Command(BaseCommand):
    help = "Tells as JSON what answers at an address: rtsp://host:port/path or http://host:port."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url")
        parser.add_argument("--user", default="")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else ""
        try:
            found = probe(address=Address(options["url"], options["user"], password), by=SYSTEM)
        except Refused as error:
            found = Finding(ok=False, reason=error.message)
        self.stdout.write(json.dumps(found.to_json(), ensure_ascii=False))
        if not found.ok:
            sys.exit(1)
