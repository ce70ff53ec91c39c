from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from recordings.alarm_texts import anchor
from recordings.services import alarms
from recordings.services.alarms import Told


class Command(BaseCommand):
    help = "Tells the open alarms, the urgent first; exits 1 when there is one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = alarms.told(alarms.current())
        say = _as_json if options["json"] else _as_text
        for one in found:
            self.stdout.write(say(one))
        if found:
            sys.exit(1)


def _as_text(one: Told) -> str:
    since = f"{one.row.opened_at:%Y-%m-%dT%H:%M:%SZ}"
    place = f"docs/troubleshoot.md#{anchor(one.kind)}"
    return f"{since} {one.kind.value}: {one.what} {one.text.do} ({place})"


def _as_json(one: Told) -> str:
    taken = one.row.taken_at
    facts = {
        "kind": one.kind.value,
        "subject": one.row.subject,
        "urgent": one.text.urgent,
        "since": one.row.opened_at.isoformat(),
        "taken_at": taken.isoformat() if taken else None,
        "what": one.what,
        "do": str(one.text.do),
        "docs": f"docs/troubleshoot.md#{anchor(one.kind)}",
    }
    return json.dumps(facts, ensure_ascii=False)
