from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cctvportal.accounts.access import SYSTEM
from cctvportal.common.clock import now
from recordings.services import erase, expiry, leaving
from recordings.services.volumes import VolumeUnavailable


class Command(BaseCommand):
    help = "Removes what is past its term and under no hold; --dry-run only tells what would go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument(
            "--tomorrow",
            action="store_true",
            help="with --dry-run: what goes until the end of tomorrow (WIB), as the desk shows it",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["tomorrow"] and not options["dry_run"]:
            raise CommandError("--tomorrow only tells: it goes with --dry-run.")
        if options["dry_run"]:
            until = leaving.end_of_tomorrow() if options["tomorrow"] else now()
            for line in _planned(until):
                self.stdout.write(json.dumps(line, ensure_ascii=False))
            return
        try:
            run = expiry.purge_expired(by=SYSTEM)
        except (erase.GateClosed, VolumeUnavailable) as closed:
            raise CommandError(str(closed)) from closed
        if run is None:
            self.stdout.write(json.dumps({"state": "NOTHING"}))
            return
        told = {"state": run.state, "segments": run.segments_purged, "bytes": run.bytes_purged}
        self.stdout.write(json.dumps({**told, "reason": run.reason}))


def _planned(until: datetime) -> list[dict[str, Any]]:
    """By camera: segments and bytes that go by then, and those that a hold keeps."""
    return [
        {
            "camera": one.camera,
            "segments": one.gone.segments,
            "bytes": one.gone.bytes,
            "held_segments": one.held.segments,
            "held_bytes": one.held.bytes,
        }
        for one in leaving.leaving(until)
    ]
