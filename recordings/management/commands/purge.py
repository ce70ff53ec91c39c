from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Case, Count, Q, Sum, Value, When

from cctvportal.accounts.access import SYSTEM
from recordings.services import erase, expiry
from recordings.services.volumes import VolumeUnavailable


class Command(BaseCommand):
    help = "Removes what is past its term and under no hold; --dry-run only tells what would go."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["dry_run"]:
            for line in _planned():
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


def _planned() -> list[dict[str, Any]]:
    """By camera: segments and bytes that would go now, and those past their term that are held."""
    rows = (
        erase.expired()
        .annotate(held=Case(When(erase.under_hold(), then=Value(1)), default=Value(0)))
        .values("camera__name")
        .annotate(
            count=Count("pk", filter=Q(held=0)),
            size=Sum("bytes", filter=Q(held=0), default=0),
            held_count=Count("pk", filter=Q(held=1)),
            held_size=Sum("bytes", filter=Q(held=1), default=0),
        )
        .order_by("camera__name")
    )
    return [
        {
            "camera": row["camera__name"],
            "segments": row["count"],
            "bytes": row["size"],
            "held_segments": row["held_count"],
            "held_bytes": row["held_size"],
        }
        for row in rows
    ]
