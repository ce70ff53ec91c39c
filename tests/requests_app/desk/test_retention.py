from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from cctvportal.common.clock import now
from recordings.models import PolicyChange, RecordingPlan
from tests.factories import accounts
from tests.factories import requests_app as requested
from tests.factories import retention as made
from tests.factories.recordings import PlanFactory, PolicyFactory
from tests.requests_app.desk.pages import follow, text, url

pytestmark = pytest.mark.django_db
GIVEN = {"amount": 7, "unit": "days", "legal_basis": made.BASIS, "reason": made.REASON}


@pytest.fixture
def plan(data_dir: object) -> RecordingPlan:
    row: RecordingPlan = PlanFactory(policy=PolicyFactory(name="Keamanan halaman"))
    made.kept(row, 20)
    return row


def shown(answer: Any) -> str:
    """What the hidden field says that was shown."""
    match = re.search(r'name="seen" value="([0-9a-f]*)"', answer.content.decode())
    return match[1] if match else ""


def test_what_it_does_is_shown_before_it_is_sent(desk: Client, plan: RecordingPlan) -> None:
    where = url("retention_change", plan.policy.pk)
    page = desk.get(where).content.decode()
    assert 'value="30"' in page
    looked = desk.post(where, GIVEN)
    assert f"{plan.camera.name}: terhapus 1 potongan" in text(looked)
    assert "Berlaku" in text(looked)
    assert not PolicyChange.objects.exists()
    sent = desk.post(where, {**GIVEN, "seen": shown(looked)})
    assert "Kepala atau Sekretaris menyetujuinya" in follow(desk, sent)
    change = PolicyChange.objects.get()
    assert (change.keep_for, change.reason) == (timedelta(days=7), made.REASON)


def test_another_answer_is_shown_again_before_it_is_sent(desk: Client, plan: RecordingPlan) -> None:
    where = url("retention_change", plan.policy.pk)
    looked = desk.post(where, GIVEN)
    changed = desk.post(where, {**GIVEN, "amount": 3, "seen": shown(looked)})
    assert changed.status_code == 200
    assert not PolicyChange.objects.exists()
    other_words = {**GIVEN, "amount": 3, "reason": "Alasan lain yang panjang."}
    assert desk.post(where, {**other_words, "seen": shown(changed)}).status_code == 302


def test_wrong_answers_are_named_and_kept(desk: Client, plan: RecordingPlan) -> None:
    where = url("retention_change", plan.policy.pk)
    answer = desk.post(where, {**GIVEN, "legal_basis": "perlu", "reason": ""})
    assert "Tulis alasannya, untuk yang menyetujui." in text(answer)
    answer = desk.post(where, {**GIVEN, "legal_basis": "perlu"})
    assert "Tulis dasarnya dalam satu kalimat" in text(answer)
    assert 'value="perlu"' in answer.content.decode()


def test_a_new_policy_is_asked_for(desk: Client) -> None:
    where = url("retention_new")
    given = {**GIVEN, "name": "Ruang asesmen", "purpose": "ASSESSMENT"}
    looked = desk.post(where, given)
    assert "Tidak ada rekaman yang terhapus lebih awal." in text(looked)
    assert "Berlaku langsung sesudah disetujui." in text(looked)
    said = follow(desk, desk.post(where, {**given, "seen": shown(looked)}))
    assert "Masa simpan baru: Ruang asesmen, 7 hari" in said


def test_a_camera_is_moved(desk: Client, plan: RecordingPlan) -> None:
    where = url("retention_move", plan.pk)
    assert "Belum ada masa simpan lain." in text(desk.get(where))
    other = PolicyFactory(name="Ruang asesmen", keep_for=timedelta(days=14))
    given = {"policy": other.pk, "reason": made.REASON}
    looked = desk.post(where, given)
    assert f"{plan.camera.name}: terhapus 1 potongan" in text(looked)
    said = follow(desk, desk.post(where, {**given, "seen": shown(looked)}))
    assert f"{plan.camera.name} pindah ke Ruang asesmen" in said


def test_what_is_not_there_is_not_found(desk: Client) -> None:
    assert desk.get(url("retention_change", 99)).status_code == 404
    assert desk.get(url("retention_move", 99)).status_code == 404


def test_tomorrow_tells_what_goes_and_for_whom_something_is_held(desk: Client) -> None:
    row = requested.submitted()
    camera = row.cameras.get().camera
    camera.segments.update(expires_at=now() + timedelta(hours=1))
    made.kept(PlanFactory(camera=camera), 29.5)
    said = text(desk.get(url("purge_tomorrow")))
    assert f"Permohonan {row.number}" in said
    assert "1 potongan" in said
    assert "Minta ditahan sebelum" in said


def test_a_quiet_tomorrow_says_so(desk: Client) -> None:
    assert "Tidak ada yang terhapus sampai besok." in text(desk.get(url("purge_tomorrow")))


def test_the_page_and_the_command_say_the_same(desk: Client, plan: RecordingPlan) -> None:
    made.kept(plan, 29.9, body=b"x" * 2000)
    out = io.StringIO()
    call_command("purge", "--dry-run", "--tomorrow", stdout=out)
    assert '"segments": 1, "bytes": 2000' in out.getvalue()
    said = text(desk.get(url("purge_tomorrow")))
    assert "1 potongan, 2 KB" in said


@pytest.mark.parametrize("name", ["retention_new", "purge_tomorrow"])
def test_only_the_officer_is_let_in(name: str) -> None:
    for person in (accounts.approver(), accounts.auditor(), accounts.it_admin()):
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert client.get(url(name)).status_code == 404
