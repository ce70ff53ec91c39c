from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cctvportal.audit.models import Entry
from recordings.models import Medium, RecordingPlan, Volume
from recordings.package.disk import MARKER
from recordings.services import disks, volumes
from tests.factories import accounts
from tests.factories.recordings import PlanFactory, VolumeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def logged_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def desk() -> Client:
    return logged_in(accounts.officer())


@pytest.fixture
def admin() -> Client:
    return logged_in(accounts.it_admin())


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def url(name: str, *args: object) -> str:
    return reverse(f"admin:recordings_{name}", args=args)


def disk(folder: Path, **given: Any) -> dict[str, Any]:
    facts = {"kind": "FOLDER", "label": "HDD-03", "serial": "", "path": str(folder)}
    return {**facts, "owner": "Kantor", **given}


def test_medium_is_registered_with_its_marker(desk: Client, tmp_path: Path) -> None:
    assert desk.post(url("medium_add"), disk(tmp_path)).status_code == 302
    row = Medium.objects.get()
    assert json.loads((tmp_path / MARKER).read_text()) == {"medium": str(row.pk)}


def test_medium_that_is_not_there_keeps_what_was_typed(desk: Client, tmp_path: Path) -> None:
    answer = desk.post(url("medium_add"), disk(tmp_path / "tidak-ada"))
    assert "Folder ini tidak ada. Periksa tulisannya, misalnya /media/hdd-03." in text(answer)
    assert 'value="HDD-03"' in answer.content.decode()
    assert not Medium.objects.exists()


def test_a_sticker_that_another_disk_has_is_told_at_its_field(desk: Client, tmp_path: Path) -> None:
    desk.post(url("medium_add"), disk(tmp_path))
    said = text(desk.post(url("medium_add"), disk(tmp_path)))
    assert "Ini sudah dipakai. Tulis yang lain." in said
    assert "Ada isian yang perlu diperbaiki." in said
    assert "telah ada" not in said
    assert "dibawah" not in said


def test_columns_have_the_words_of_the_office(desk: Client) -> None:
    plan = PlanFactory()
    for name, args in (("changelist", ()), ("change", (plan.pk,))):
        page = text(desk.get(url(f"recordingplan_{name}", *args)))
        assert "Kamera" in page
        assert "Camera" not in page


def test_mounted_disks_are_those_that_a_person_may_write_to() -> None:
    seen = disks.mounted(
        "/dev/sdb1 /media/HDD\\040biru exfat rw,nosuid 0 0\n"
        "/dev/sdc1 /mnt/cadangan ext4 ro 0 0\n"
        "/dev/sda1 / ext4 rw 0 0\n"
        "tmpfs /mnt/ram tmpfs rw 0 0\n"
    )
    assert seen == ["/media/HDD biru"]


def test_medium_on_the_system_disk_is_no_external_disk(desk: Client, tmp_path: Path) -> None:
    answer = desk.post(url("medium_add"), disk(tmp_path, kind="USB"))
    if Path("/").stat().st_dev == tmp_path.stat().st_dev:
        assert "berada di disk sistem" in text(answer)
        assert not Medium.objects.exists()


def test_medium_is_retired_and_taken_up_again(desk: Client, tmp_path: Path) -> None:
    desk.post(url("medium_add"), disk(tmp_path))
    row = Medium.objects.get()
    where = url("medium_change", row.pk)
    desk.post(where, disk(tmp_path, retired="on"))
    row.refresh_from_db()
    assert row.retired_at is not None
    assert "tidak dipakai sejak" in text(desk.get(url("medium_changelist")))
    desk.post(where, disk(tmp_path))
    row.refresh_from_db()
    assert row.retired_at is None
    assert "dipakai" in text(desk.get(url("medium_changelist")))


def test_volume_is_made_by_the_it_admin_with_its_marker(admin: Client, tmp_path: Path) -> None:
    sent = {"label": "Media 1", "node": "node-1", "path": str(tmp_path / "f"), "reserve_bytes": 0}
    assert admin.post(url("volume_add"), sent).status_code == 302
    with volumes.opened(Volume.objects.get()):
        pass


def test_volume_that_cannot_be_written_is_refused(admin: Client, tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("")
    where = str(tmp_path / "berkas" / "f")
    sent = {"label": "Media 1", "node": "node-1", "path": where, "reserve_bytes": 0}
    answer = admin.post(url("volume_add"), sent)
    assert "tidak dapat ditulis" in text(answer)
    assert not Volume.objects.exists()


def test_volume_keeps_its_folder(admin: Client) -> None:
    row = VolumeFactory()
    sent = {"label": "Nama baru", "reserve_bytes": 5_000_000_000, "path": "/lain"}
    admin.post(url("volume_change", row.pk), sent)
    now = Volume.objects.get()
    assert (now.label, now.reserve_bytes, now.path) == ("Nama baru", 5_000_000_000, row.path)


def test_a_plan_tells_its_term_and_is_not_changed_by_hand(desk: Client) -> None:
    plan = PlanFactory(keep_for=timedelta(hours=36))
    page = desk.get(url("recordingplan_change", plan.pk))
    assert "1 hari 12 jam" in text(page)
    assert plan.legal_basis in text(page)
    sent = {"policy": plan.policy.pk, "volume": str(plan.volume.pk)}
    assert desk.post(url("recordingplan_change", plan.pk), sent).status_code in {403, 404}


def test_a_camera_is_recorded_to_another_volume_from_now_on(admin: Client) -> None:
    plan, volume = PlanFactory(), VolumeFactory(node="node-2")
    fence, policy = plan.fence, plan.policy
    sent = {"volume": str(volume.pk), "policy": "999", "fence": "7"}
    assert admin.post(url("recordingplan_change", plan.pk), sent).status_code == 302
    moved = RecordingPlan.objects.get()
    assert (moved.volume, moved.policy, moved.fence) == (volume, policy, fence)
    assert Entry.objects.get(action="plan.moved").facts["to"] == str(volume.pk)
    admin.post(url("recordingplan_change", plan.pk), sent)
    assert Entry.objects.filter(action="plan.moved").count() == 1


def test_each_register_is_for_its_own_keeper(desk: Client, admin: Client) -> None:
    plan, volume = PlanFactory(), VolumeFactory()
    assert admin.get(url("medium_changelist")).status_code in {403, 404}
    assert desk.get(url("volume_add")).status_code in {403, 404}
    assert desk.get(url("volume_changelist")).status_code == 200
    sent = {"volume": str(volume.pk)}
    assert desk.post(url("recordingplan_change", plan.pk), sent).status_code in {403, 404}
    assert desk.get(url("recordingplan_add")).status_code in {403, 404}
    assert admin.post(url("volume_delete", volume.pk), {"post": "yes"}).status_code in {403, 404}
