from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PaperKind(TextChoices):
    """The papers of a request. The value is the end of the address and the name of the file."""

    PERMIT = "izin", _("Izin akses")
    ACCESS = "serah-kunci", _("Berita acara serah terima kunci dan sandi")
    HAND_OVER = "serah-rekaman", _("Berita acara serah terima rekaman")
    ERASURE = "pemusnahan", _("Berita acara pemusnahan rekaman")
