from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cctvportal.accounts.access import SYSTEM
from recordings.models import Volume
from recordings.services.reconcile import MIN_AGE, reconcile
from recordings.services.volumes import VolumeUnavailable


class Command(BaseCommand):
    help = "Explains every file and row of this node's volumes; exits 1 when one is unexplained."

    def add_arguments(self, parser: ArgumentParser) -> None:
        minutes = MIN_AGE.total_seconds() / 60
        parser.add_argument(
            "--min-age",
            type=float,
            default=minutes,
            help="minutes before an unknown file counts, and between its two sightings",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        clean = True
        min_age = timedelta(minutes=options["min_age"])
        for volume in Volume.objects.filter(node=settings.NODE_NAME).order_by("label"):
            try:
                found = reconcile(volume, min_age=min_age, by=SYSTEM)
            except VolumeUnavailable as error:
                self.stderr.write(str(error))
                clean = False
                continue
            self.stdout.write(json.dumps({"volume": volume.label, **found.counts()}))
            for each in found.unexplained:
                self.stderr.write(each)
            clean = clean and not found.unexplained
        if not clean:
            sys.exit(1)
