from __future__ import annotations

import re

import pytest

from requests_app.selectors.lead_in import lead_in
from tests.factories.devices import CameraFactory
from tests.requests_app.desk import filmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def test_lead_in_is_measured_in_the_footage() -> None:
    row = filmed.issued()
    assert row.starts_at is not None
    cameras = [each.camera_id for each in row.cameras.all()]
    said = lead_in(cameras, row.starts_at)
    assert re.match(r"Rekaman mulai paling banyak \d+(,\d)? detik lebih awal, karena", said)


def test_lead_in_promises_no_figure_for_a_camera_without_footage() -> None:
    row = filmed.issued()
    assert row.starts_at is not None
    cameras = [row.cameras.get().camera_id, CameraFactory().pk]
    assert "paling banyak satu jarak antara dua gambar utuh" in lead_in(cameras, row.starts_at)
