"""People, cameras and a disk to try the portal with. Nothing of this comes by a migration."""

from __future__ import annotations

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cctvportal.accounts.access import SYSTEM
from cctvportal.accounts.enums import ApplicantKind, Role
from cctvportal.accounts.models import User
from cctvportal.audit.services import record
from cctvportal.common.clock import now
from devices.models import Camera, Room, RoomKey
from devices.probing import Finding
from devices.services.cameras import Address, add_camera
from recordings.enums import MediumKind, Purpose
from recordings.models import Medium, RecordingPlan, RetentionPolicy
from recordings.services import disks

_PEOPLE: Final = (
    ("pemohon", "Pemohon Contoh", "Asesor", Role.APPLICANT, ApplicantKind.ASSESSMENT),
    ("umum", "Kasubbag Contoh", "Kasubbag Umum", Role.APPLICANT, ApplicantKind.GENERAL_AFFAIRS),
    ("kepala", "Kepala Contoh", "Kepala BKPSDM", Role.APPROVER, ""),
    ("sekretaris", "Sekretaris Contoh", "Sekretaris BKPSDM", Role.APPROVER, ""),
    ("petugas", "Petugas Contoh", "Pranata Komputer", Role.OFFICER, ""),
    ("pemeriksa", "Pemeriksa Contoh", "Auditor", Role.AUDITOR, ""),
    ("admin", "Admin TI Contoh", "Admin TI", Role.IT_ADMIN, ""),
)
# The security camera's footage expires while one looks on; the other keeps the usual term.
_SHORT_TERM: Final = {
    "purpose": Purpose.SECURITY,
    "keep_for": timedelta(minutes=2),
    "legal_basis": "Peragaan portal percobaan, bukan masa simpan kantor",
}


class Command(BaseCommand):
    help = "Fills an empty portal with demo people, two virtual cameras and a disk; safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.PORTAL_DEMO:
            raise CommandError("Data contoh hanya untuk portal percobaan (PORTAL_DEMO=1).")
        with transaction.atomic():
            accounts = _people(settings.PORTAL_DATA_DIR / "demo" / "accounts.json")
            _cameras()
            _disk(User.objects.get(nip=_nip("petugas")))
        for one in accounts:
            self.stdout.write(f"{one['role']:12} {one['nip']}  {one['password']}")


def _nip(key: str) -> str:
    """Eighteen digits that belong to nobody: a birth date in the year 9999."""
    number = [one[0] for one in _PEOPLE].index(key) + 1
    return f"99991231999912{number:04d}"


def _people(path: Path) -> list[dict[str, str]]:
    known = (
        {one["nip"]: one["password"] for one in json.loads(path.read_text())}
        if path.exists()
        else {}
    )
    accounts = []
    for key, name, jabatan, role, kind in _PEOPLE:
        nip = _nip(key)
        password = known.get(nip) or f"{key}-{secrets.token_hex(5)}"
        user, created = User.objects.get_or_create(
            nip=nip,
            defaults={
                "name": name,
                "jabatan": jabatan,
                "unit": "BKPSDM",
                "role": role,
                "applicant_kind": kind,
            },
        )
        if created or nip not in known:
            user.set_password(password)
            user.save(update_fields=["password"])
            record("account.demo", by=SYSTEM, subject=user, facts={"role": role})
        accounts.append({"role": key, "name": name, "nip": nip, "password": password})
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as handle:
        json.dump(accounts, handle, indent=2)
    return accounts


def _cameras() -> None:
    room, _created = Room.objects.get_or_create(name="Ruang rekaman", location="Lantai 1")
    RoomKey.objects.get_or_create(label="K-01", defaults={"room": room})
    first = int(os.environ.get("PORTAL_DEMO_CAMERA_PORT") or 18554)
    password = os.environ.get("PORTAL_DEMO_CAMERA_PASSWORD", "")
    for number, (name, place) in enumerate(
        (("Parkir", "Halaman parkir"), ("Lobi", "Ruang asesmen"))
    ):
        if Camera.objects.filter(name=name).exists():
            continue
        camera = add_camera(
            name=name,
            room=Room.objects.get_or_create(name=place)[0],
            address=Address(f"http://127.0.0.1:{first - 474 + number}", "admin", password),
            # The virtual cameras start after this command; what they send is known.
            finding=Finding(
                ok=True,
                stream_url=f"rtsp://127.0.0.1:{first + number}/live",
                codec="h264",
                width=640,
                height=360,
                fps=12.5,
                manufacturer="Kamera virtual",
            ),
            by=SYSTEM,
        )
        if name == "Parkir":
            policy, _created = RetentionPolicy.objects.get_or_create(
                name="Peragaan kedaluwarsa", defaults={**_SHORT_TERM, "in_force_since": now()}
            )
            RecordingPlan.objects.filter(camera=camera).update(policy=policy)


def _disk(officer: User) -> None:
    folder = settings.PORTAL_DATA_DIR / "disk-demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not Medium.objects.filter(path=str(folder)).exists():
        medium = Medium(kind=MediumKind.FOLDER, label="HDD-DEMO", path=str(folder), owner="BKPSDM")
        disks.register(medium, by=officer)
