"""A letter is what its content says, not what its name says (ASVS 5.2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, cast

import av
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from cctvportal.common.errors import Refused

LARGEST: Final = 5 * 1024 * 1024
# A picture of more pixels than this is no scan of a letter; libav refuses it before decoding.
MOST_PIXELS: Final = 60_000_000
_IMAGES: Final = ((b"\x89PNG\r\n\x1a\n", "png", ".png"), (b"\xff\xd8\xff", "mjpeg", ".jpg"))


@dataclass(frozen=True, slots=True)
class Document:
    """A letter that passed: its bytes, the ending by its content, a name fit to be shown."""

    content: ContentFile[bytes]
    suffix: str
    shown_name: str
    size: int

    @contextmanager
    def stored(self) -> Iterator[Callable[[FieldFile, str], None]]:
        """Gives a function that stores the file at a field, under a stem.

        Stands around a transaction: when that fails, also at its commit, the file goes again.
        """
        kept: list[tuple[Storage, str]] = []

        def save(field: FieldFile, stem: str) -> None:
            field.save(f"{stem}{self.suffix}", self.content, save=False)
            kept.append((field.storage, str(field.name)))

        try:
            yield save
        except BaseException:
            for storage, name in kept:
                storage.delete(name)
            raise


def checked(upload: UploadedFile[bytes], field: str = "letter") -> Document:
    """The uploaded file, read. Raises Refused when it is too large or no PDF, JPG or PNG."""
    if upload.size is None or upload.size > LARGEST:
        raise Refused(_("Berkas paling besar 5 MB. Pindai dengan mutu lebih rendah."), field)
    data = upload.read()
    suffix = _kind(data)
    if suffix is None:
        raise Refused(
            _("Berkas harus PDF, JPG, atau PNG yang dapat dibuka. Pilih berkas lain."), field
        )
    stem = re.sub(r"[^\w .()-]", "_", (upload.name or "").rpartition(".")[0])[:100].strip()
    return Document(ContentFile(data), suffix, f"{stem or 'surat'}{suffix}", len(data))


def _kind(data: bytes) -> str | None:
    if data.startswith(b"%PDF-"):
        return ".pdf" if b"%%EOF" in data[-1024:] else None
    for magic, codec, suffix in _IMAGES:
        if data.startswith(magic) and _opens(data, codec):
            return suffix
    return None


def _opens(data: bytes, codec: str) -> bool:
    """Whether libav decodes the picture; a flood of pixels is refused from the header alone."""
    context = cast("VideoCodecContext", VideoCodecContext.create(codec, "r"))
    context.options = {"max_pixels": str(MOST_PIXELS), "err_detect": "explode"}
    try:
        frames = [*context.decode(av.Packet(data)), *context.decode(None)]
    except (FFmpegError, ValueError, MemoryError):
        return False
    return len(frames) == 1
