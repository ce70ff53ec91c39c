"""The five books; requests_app/urls.py includes them at /buku/."""

from __future__ import annotations

from django.urls import path

from requests_app.views import books

app_name = "books"
_SLUGS = {
    "access": "akses",
    "faults": "kendala",
    "disks": "hard-disk",
    "monitoring": "pemantauan",
    "force_majeure": "kahar",
}

urlpatterns = [
    path("", books.enter, name="enter"),
    *(
        pattern
        for name, slug in _SLUGS.items()
        for pattern in (
            path(f"{slug}/", books.show, {"book": name}, name=name),
            path(f"{slug}.csv", books.export, {"book": name}, name=f"{name}_csv"),
        )
    ),
]
