from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from cctvportal.accounts.access import SYSTEM
from recordings.models import Volume
from recordings.services import verify
from recordings.services.reconcile import MIN_AGE
from recordings.services.verify import Level, Report


class Command(BaseCommand):
    help = "Looks whether files, rows, keys, holds, books and tombstones agree; exits 1 if not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        levels = [level.name.lower() for level in Level]
        parser.add_argument(
            "--level",
            choices=levels,
            default=levels[0],
            help="how close each file is looked at: is it there, its length, its content",
        )
        parser.add_argument(
            "--volume",
            action="append",
            default=[],
            help="name or uuid of a volume; may be repeated; else all of this computer",
        )
        parser.add_argument(
            "--min-age",
            type=float,
            default=MIN_AGE.total_seconds() / 60,
            help="minutes for which a file without its row counts as on its way",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object, for a program")

    def handle(self, *_args: Any, **options: Any) -> None:
        report = verify.check(
            level=Level[options["level"].upper()],
            volumes=[_volume(name) for name in options["volume"]] or None,
            min_age=timedelta(minutes=options["min_age"]),
            by=SYSTEM,
        )
        self.stdout.write(_json(report) if options["json"] else _text(report))
        if not report.is_clean:
            sys.exit(1)


def _volume(name: str) -> Volume:
    found = Volume.objects.filter(label=name).first()
    if found is None:
        try:
            found = Volume.objects.filter(pk=UUID(name)).first()
        except ValueError:
            found = None
    if found is None:
        raise CommandError(f"Tidak ada media simpan bernama {name}.")
    return found


def _text(report: Report) -> str:
    lines = [str(violation) for violation in report.violations]
    if report.left_out:
        lines.append(f"dan {report.left_out} pelanggaran lain yang serupa")
    counts = ", ".join(f"{what} {number}" for what, number in sorted(report.checked.items()))
    found = len(report.violations) + report.left_out
    return "\n".join(
        [
            *lines,
            f"Tingkat {report.level.name.lower()}; diperiksa: {counts}",
            f"{found} pelanggaran",
        ]
    )


def _json(report: Report) -> str:
    body = {
        "level": report.level.name,
        "violations": [
            {"invariant": one.invariant, "subject": one.subject, "sentence": one.sentence}
            for one in report.violations
        ],
        "left_out": report.left_out,
        "checked": report.checked,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True)
