"""Adding, trying and removing a camera: pages under /admin/ of the officer and the IT admin."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cctvportal.accounts.access import NotAllowed, PersonRequest, page
from cctvportal.common import words
from cctvportal.common.errors import Conflict, Refused
from devices.forms.cameras import MoveCameraForm, NewCameraForm
from devices.models import Camera, Room
from devices.probing import Finding
from devices.services.cameras import add_camera, move_camera, probe, remove_camera


def sentence(finding: Finding) -> str:
    """What a probe found, in plain words."""
    if not finding.ok:
        return finding.reason
    seen = {
        "codec": finding.codec.upper(),
        "width": finding.width,
        "height": finding.height,
        "fps": words.number(finding.fps),
    }
    said = [_("Tersambung: %(codec)s, %(width)s x %(height)s, %(fps)s gambar per detik.") % seen]
    maker = " ".join(filter(None, (finding.manufacturer, finding.model)))
    if maker:
        said.append(f"{maker}.")
    if finding.clock_error_s is not None and abs(finding.clock_error_s) > 1:
        said.append(_("Jam kamera selisih %s.") % words.duration(finding.clock_error_s))
    return " ".join(said)


@page("devices.add_camera")
def new_camera(request: PersonRequest) -> HttpResponse:
    """Adds a camera that answers; whatever does not is told why, and nothing is saved."""
    form = NewCameraForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _new(request, form)
    given = form.cleaned_data
    try:
        camera = add_camera(
            name=given["name"], room=given["room"], address=form.address, by=request.user
        )
    except Conflict:
        raise
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return _new(request, form)
    messages.success(request, _("Kamera %s ditambahkan dan mulai direkam.") % camera.name)
    return redirect("admin:devices_camera_changelist")


@page("devices.note_probe")
@require_POST
def try_camera(request: PersonRequest) -> HttpResponse:
    """What answers at the address, saving nothing: a part for htmx, else the whole page."""
    form = NewCameraForm(request.POST)
    form.is_valid()
    if "url" in form.errors:
        finding = Finding(ok=False, reason=" ".join(map(str, form.errors["url"])))
    else:
        finding = _tried(form, request)
    answer = {"finding": finding, "sentence": sentence(finding)}
    if request.headers.get("HX-Request"):
        return render(request, "devices/finding.html", answer)
    return _new(request, NewCameraForm(initial=_typed(request)), **answer)


def _tried(form: NewCameraForm, request: PersonRequest) -> Finding:
    try:
        return probe(address=form.address, by=request.user)
    except Refused as refusal:
        return Finding(ok=False, reason=refusal.message)


def _typed(request: PersonRequest) -> dict[str, Any]:
    """What was typed, but for the password: that never goes back into a page."""
    typed = {name: request.POST.get(name, "") for name in ("name", "room", "url", "username")}
    return {**typed, "password": bool(request.POST.get("password"))}


def _new(request: PersonRequest, form: NewCameraForm, **more: Any) -> HttpResponse:
    crumbs = [(reverse("admin:devices_camera_changelist"), _("Kamera"))]
    facts = {"form": form, "crumbs": crumbs, "here": _("Tambah kamera"), **more}
    return render(request, "devices/new_camera.html", {**facts, "rooms": Room.objects.exists()})


@page("devices.change_camera")
def move(request: PersonRequest, pk: int) -> HttpResponse:
    """Another stream of the same device, saved only when it answers with the typed password."""
    camera = Camera.objects.select_related("device").filter(pk=pk, removed_at=None).first()
    if camera is None:
        raise NotAllowed("devices.change_camera")
    form = MoveCameraForm(request.POST or None, initial={"url": camera.stream_url})
    where = reverse("admin:devices_camera_change", args=[pk])
    if form.is_valid():
        try:
            move_camera(camera, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, _("Alamat gambar %s diubah.") % camera.name)
            return redirect(where)
    crumbs = [(reverse("admin:devices_camera_changelist"), _("Kamera")), (where, camera.name)]
    facts = {"form": form, "camera": camera, "crumbs": crumbs, "here": _("Ubah alamat")}
    return render(request, "devices/move_camera.html", {**facts, "back_url": where})


@page("devices.change_camera")
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    """Ends a camera's recording for good, after a page that says what stays."""
    camera = Camera.objects.select_related("room").filter(pk=pk).first()
    if camera is None:
        raise NotAllowed("devices.change_camera")
    where = reverse("admin:devices_camera_change", args=[pk])
    if request.method == "POST":
        remove_camera(camera, by=request.user)
        messages.success(request, _("Kamera %s dilepas.") % camera.name)
        return redirect(where)
    crumbs = [(reverse("admin:devices_camera_changelist"), _("Kamera")), (where, camera.name)]
    facts = {"camera": camera, "crumbs": crumbs, "here": _("Lepas kamera"), "back_url": where}
    return render(request, "devices/remove_camera.html", facts)
