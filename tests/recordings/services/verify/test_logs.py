"""I7: a secret in a log is found, however it was written."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from recordings.models import Export, Medium, Segment
from recordings.services import exports, volumes
from recordings.services.exports import show_passphrase
from tests.factories.devices import DeviceFactory
from tests.recordings.services.exporting import carried_out
from tests.recordings.services.verify.looking import look, told

if TYPE_CHECKING:
    from cctvportal.accounts.models import User
    from recordings.services.permits import Permit

PASSWORD = "rahasia kamera #7"


@pytest.fixture
def log(data_dir: Path) -> Path:
    path = data_dir / "log" / "web.log"
    path.parent.mkdir()
    path.write_text("INFO mulai\n")
    return path


def secrets_told() -> list[tuple[str, str]]:
    return [
        (subject, sentence) for invariant, subject, sentence in told(look()) if invariant == "I7"
    ]


def test_quiet_log_is_clean_and_counted(db: None, log: Path) -> None:
    DeviceFactory(username="admin", password=PASSWORD)
    report = look()
    assert told(report) == []
    assert (report.checked["logs"], report.checked["secrets"]) == (1, 5)


@pytest.mark.parametrize(
    "written",
    [
        PASSWORD,
        "rtsp://admin:rahasia%20kamera%20%237@10.0.0.1/",
        f"Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}",
    ],
)
def test_password_of_a_camera_is_found(db: None, log: Path, written: str) -> None:
    device = DeviceFactory(username="admin", password=PASSWORD)
    with log.open("a") as more:
        more.write(f"WARNING gagal: {written}\n")
    assert secrets_told() == [("log web.log", f"memuat kata sandi perangkat {device.pk}")]


def test_short_password_is_a_word_of_every_log(db: None, log: Path) -> None:
    DeviceFactory(username="", password="mulai")
    report = look()
    assert told(report) == []
    assert report.checked["secrets_too_short"] == 2


def test_secret_over_the_edge_of_a_block_is_found(db: None, log: Path) -> None:
    log.write_text("x" * ((1 << 20) - 10) + settings.PORTAL_MASTER_KEY)
    assert secrets_told() == [("log web.log", "memuat kunci induk")]


def test_key_of_a_segment_is_found(three: list[Segment], data_dir: Path, log: Path) -> None:
    key = volumes.keystore().get(three[0].camera.uuid, three[0].key_day, three[0].pk)
    log.write_text(f"decryption_key={key.hex()} kid={three[0].pk.hex}\n")
    assert secrets_told() == [("log web.log", f"memuat kunci potongan {three[0].pk}")]
    log.write_text(f"key {base64.b64encode(key).decode()}\n")
    assert len(secrets_told()) == 1


def test_passphrase_of_a_package_is_found(
    permit: Permit, medium: Medium, officer: User, log: Path
) -> None:
    export = carried_out(exports.queue(permit=permit, medium=medium, by=officer))
    log.write_text(f"sandi {show_passphrase(export, by=officer).replace('-', '')}\n")
    assert secrets_told() == [("log web.log", f"memuat sandi paket {export.number}")]
    assert Export.objects.filter(pk=export.pk).exists()
