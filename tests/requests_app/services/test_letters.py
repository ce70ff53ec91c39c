from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import pytest
from av.video.codeccontext import VideoCodecContext
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from cctvportal.accounts.access import NotAllowed
from cctvportal.common.errors import Conflict, Refused
from requests_app.services.draft import attach_letter, discard_draft
from requests_app.services.letters import LARGEST, checked
from tests.factories import requests_app as make
from tests.factories.accounts import officer


def picture(codec: str, pixels: str) -> bytes:
    context = cast("VideoCodecContext", VideoCodecContext.create(codec, "w"))
    context.width, context.height, context.time_base = 64, 48, Fraction(1)
    context.pix_fmt = pixels
    frame = av.VideoFrame(64, 48, pixels)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])


PNG, JPG = picture("png", "rgb24"), picture("mjpeg", "yuvj420p")


def flood() -> bytes:
    """A PNG of 30,000 x 30,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


@pytest.mark.parametrize(("content", "suffix"), [(make.PDF, ".pdf"), (PNG, ".png"), (JPG, ".jpg")])
def test_letter_gets_its_ending_from_its_content(content: bytes, suffix: str) -> None:
    document = checked(SimpleUploadedFile("..\\surat: \r\n tugas.exe", content))
    assert document.suffix == suffix
    assert not set(document.shown_name) & set("\r\n/\\:")
    assert document.shown_name.endswith(suffix)


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90", make.PDF[:-6], PNG[: len(PNG) // 2], JPG[: len(JPG) // 2], flood(), b"<svg/>"],
    ids=["empty", "exe", "cut pdf", "cut png", "cut jpg", "flood", "svg"],
)
def test_letter_of_another_kind_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="PDF, JPG, atau PNG") as refusal:
        checked(SimpleUploadedFile("surat.pdf", content))
    assert refusal.value.field == "letter"


def test_letter_of_more_than_five_megabytes_is_refused() -> None:
    whole = make.PDF[:9] + b" " * (LARGEST - len(make.PDF)) + make.PDF[9:]
    assert checked(SimpleUploadedFile("surat.pdf", whole)).size == LARGEST
    with pytest.raises(Refused, match="5 MB"):
        checked(SimpleUploadedFile("surat.pdf", whole + b" "))


@pytest.mark.django_db
def test_letter_is_kept_under_a_name_that_says_nothing(data_dir: Path) -> None:
    row = make.draft()
    row = attach_letter(row, upload=make.letter(name="rahasia.pdf"), by=row.applicant)
    first = Path(row.letter.path)
    assert first.parent == data_dir / "letters"
    assert "rahasia" not in first.name
    assert row.letter_name == "rahasia.pdf"
    with pytest.raises(NotAllowed):
        attach_letter(row, upload=make.letter(), by=officer())


@pytest.mark.django_db
def test_letter_of_a_sent_request_stays() -> None:
    row = make.submitted()
    with pytest.raises(Conflict):
        attach_letter(row, upload=make.letter(), by=row.applicant)
    with pytest.raises(Conflict):
        discard_draft(row, by=row.applicant)


@pytest.mark.django_db
def test_letter_whose_transaction_fails_goes_again(data_dir: Path) -> None:
    row = make.draft()
    before = {path for path in data_dir.rglob("*") if path.is_file()}
    document = checked(make.letter())

    def interrupted() -> None:
        with document.stored() as store, transaction.atomic():
            store(row.letter, "letter")
            assert row.letter.storage.exists(str(row.letter.name))
            type(row).objects.filter(pk=row.pk).update(applicant_id=0)
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        interrupted()
    assert {path for path in data_dir.rglob("*") if path.is_file()} == before
