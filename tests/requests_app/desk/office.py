"""An office in which every page of the desk has something to show."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from cctvportal.accounts.models import User
from cctvportal.common.clock import now
from cctvportal.jobs.models import Job, JobState
from recordings.enums import ExportState
from recordings.models import Export
from recordings.services import wiping
from requests_app.models import AccessRequest, KeyHandout
from requests_app.services.erase import request_erasure
from requests_app.services.hand_over import hand_over, receive
from requests_app.services.keys import hand_key
from tests.factories import accounts
from tests.factories import requests_app as made
from tests.factories.devices import CameraFactory, RoomFactory, RoomKeyFactory
from tests.requests_app.desk import filmed
from tests.requests_app.desk.pages import url

ACTIVITY = "Uji kompetensi jabatan pengawas, gelombang 3"


Pages = dict[str, str]


def clerk_and_head() -> tuple[User, User]:
    clerk = accounts.officer(name="Petugas Contoh", jabatan="Pranata Komputer Ahli Pertama")
    return clerk, accounts.approver(name="Kepala Contoh", jabatan="Kepala BKPSDM")


def furnished(folder: Path, clerk: User, head: User) -> Pages:
    """One address for each page, by a short name."""
    return {
        "meja": url("desk"),
        "semua": url("requests"),
        "lisan": url("request_oral"),
        "susulan": url("request_outage"),
        **asked(head),
        **given(clerk, head),
        **exports(folder, clerk),
        **handed(folder, clerk),
        **registers(),
    }


def _person(number: int) -> User:
    name = f"Pemohon Contoh {number}"
    return accounts.applicant(name=name, jabatan="Asesor SDM Aparatur Ahli Muda")


def asked(head: User) -> Pages:
    row = made.submitted(_person(1), cameras=3, activity=ACTIVITY)
    told = made.approved_by_phone(made.submitted(_person(2)), head=head)
    made.validated(told_later := made.oral(_person(3)))
    return {
        "diajukan": url("request", row.pk),
        "validasi": url("request_validation", row.pk),
        "telepon": url("request_phone_decision", told_later.pk),
        "telepon-belum": url("request_phone_decision", row.pk),
        "menunggu-pastikan": url("request_issue", told.pk),
    }


def given(clerk: User, head: User) -> Pages:
    approved = made.approved(made.submitted(_person(4), activity=ACTIVITY, cameras=2), by=head)
    issued = made.issued(made.approved(made.submitted(_person(5)), by=head), by=clerk)
    late = made.issued(made.approved(made.submitted(_person(6)), by=head), by=clerk)
    room = RoomFactory(name="Ruang Rekaman")
    RoomKeyFactory(label="RR-1", room=room)
    out = hand_key(issued, key=RoomKeyFactory(label="RR-2", room=room), by=clerk)
    KeyHandout.objects.create(
        request=late,
        key=RoomKeyFactory(label="RS-1", room=RoomFactory(name="Ruang Server")),
        handed_by=clerk,
        handed_at=now() - timedelta(hours=4),
        due_at=now() - timedelta(minutes=40),
    )
    return {
        "disetujui": url("request", approved.pk),
        "sandi": url("request_issue", approved.pk),
        "diberi": url("request", issued.pk),
        "sandi-sudah": url("request_issue", issued.pk),
        "sandi-baru": url("request_reissue", issued.pk),
        "akhiri": url("request_close", issued.pk),
        "kunci": url("keys"),
        "kunci-keluar": url("request_key_out", issued.pk),
        "kunci-kembali": url("request_key_in", out.pk),
    }


def exports(folder: Path, clerk: User) -> Pages:
    disk = filmed.disk(folder / "biru", clerk, label="HDD-03")
    gone = filmed.disk(folder / "hijau", clerk, label="HDD-05")
    shutil.rmtree(gone.path)
    waiting = filmed.started(filmed.issued(), disk, clerk)
    moving = _at(filmed.started(filmed.issued(), disk, clerk), ExportState.WRITING)
    reading = _at(filmed.started(filmed.issued(), disk, clerk), ExportState.VERIFYING, 3_100)
    failed = filmed.started(filmed.issued(), disk, clerk)
    away = shutil.move(disk.path, folder / "dilepas")
    filmed.carried_out(failed)
    shutil.move(away, disk.path)
    row = filmed.issued(ends_at=made.yesterday() + timedelta(minutes=5))
    return {
        "ekspor": url("request_export", row.pk),
        "antre": url("export", waiting.pk),
        "menyalin": url("export", moving.pk),
        "membaca": url("export", reading.pk),
        "gagal": url("export", failed.pk),
        "batalkan": url("export_cancel", moving.pk),
        **copies(folder, clerk),
    }


def copies(folder: Path, clerk: User) -> Pages:
    """Copies that could not be wiped: one still asked about, one on a disk said to be lost."""
    away = filmed.left_on_disk(clerk, folder / "kuning", label="HDD-09")
    lost = filmed.left_on_disk(clerk, folder / "ungu", label="HDD-10")
    said = "Tertinggal di kendaraan dinas, sudah dicari di kantor dan di rumah"
    wiping.give_up(lost, statement=said, by=clerk)
    return {
        "salinan": url("export_copy", away.pk),
        "hilang": url("export_copy_lost", away.pk),
        "salinan-hilang": url("export_copy", lost.pk),
        "ekspor-hilang": url("export", lost.pk),
    }


def _at(export: Export, state: ExportState, done: int = 1_200) -> Export:
    """As a worker leaves it in the middle; `done` in millions of bytes of 4 thousand."""
    for step in dict.fromkeys((ExportState.WRITING, state)):
        Export.objects.filter(pk=export.pk).update(state=step)
    Job.objects.filter(pk=str(export.job_id)).update(
        state=JobState.RUNNING,
        lease_until=now() + timedelta(hours=1),
        started_at=now() - timedelta(seconds=90),
        done=done * 1_000_000,
        total=4_000_000_000,
    )
    return export


def handed(folder: Path, clerk: User) -> Pages:
    disk = filmed.disk(folder / "putih", clerk, label="HDD-07")
    ready, gone, waiting = (_verified(filmed.started(filmed.issued(), disk, clerk)) for _ in "123")
    for row in (gone, waiting):
        Export.objects.filter(fulfilment__request=row).update(passphrase_shown_at=now())
        hand_over(row, by=clerk)
        receive(row, agrees=True, by=row.applicant)
    request_erasure(waiting, typed=waiting.number or "", by=clerk)
    return {
        "selesai": url("export", Export.objects.get(fulfilment__request=ready).pk),
        "serah": url("request_hand_over", ready.pk),
        "diserahkan": url("request", gone.pk),
        "hapus": url("request_erase", gone.pk),
        "hapus-diminta": url("request_erase", waiting.pk),
    }


def _verified(export: Export) -> AccessRequest:
    done = filmed.carried_out(export)
    return AccessRequest.objects.get(fulfilments__export=done)


def registers() -> Pages:
    camera = CameraFactory(name="Lobi timur", codec="h264", width=1920, height=1080, fps=12.5)
    return {
        "induk": url("index"),
        "ruang": url("devices_room_changelist"),
        "ruang-tambah": url("devices_room_add"),
        "daftar-kunci": url("devices_roomkey_changelist"),
        "perangkat": url("devices_device_changelist"),
        "perangkat-ubah": url("devices_device_change", camera.device_id),
        "kamera": url("devices_camera_changelist"),
        "kamera-ubah": url("devices_camera_change", camera.pk),
        "kamera-baru": url("camera_new"),
        "kamera-lepas": url("camera_remove", camera.pk),
        "disk": url("recordings_medium_changelist"),
        "disk-daftar": url("recordings_medium_add"),
        "masa-simpan": url("recordings_recordingplan_changelist"),
        "media": url("recordings_volume_changelist"),
    }
