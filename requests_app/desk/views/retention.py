"""The officer asks for a change of how long footage is kept, and sees what it does beforehand."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cctvportal.accounts.access import PersonRequest, page
from devices.models import Camera
from recordings.models import RetentionPolicy
from recordings.services import retention
from recordings.services.retention import Wish
from requests_app.desk.forms.retention import AskForm, MoveForm, NewPolicyForm, TermForm
from requests_app.desk.frame import attempt, bound
from requests_app.selectors.retention import EARLY_NOTE, begins, effects


@page("recordings.ask_policychange")
def new(request: PersonRequest) -> HttpResponse:
    """A new policy; cameras move to it by requests of their own."""
    return _asking(request, bound(NewPolicyForm, request), _("Masa simpan baru"))


@page("recordings.ask_policychange")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Another term or ground for a policy."""
    policy = RetentionPolicy.objects.filter(pk=pk).first()
    if policy is None:
        raise Http404(str(pk))
    form = bound(partial(TermForm, policy=policy), request)
    return _asking(request, form, _("Ubah masa simpan: %s") % policy)


@page("recordings.ask_policychange")
def move(request: PersonRequest, pk: int) -> HttpResponse:
    """Another policy for a camera."""
    camera = Camera.objects.filter(pk=pk, plan__isnull=False).select_related("plan__policy").first()
    if camera is None:
        raise Http404(str(pk))
    form = bound(partial(MoveForm, camera=camera), request)
    return _asking(
        request,
        form,
        _("Pindahkan kamera %s") % camera,
        lead=_("Sekarang memakai masa simpan: %s.") % camera.plan.policy,
        stuck=not form.has_choices,
    )


def _asking(
    request: PersonRequest, form: AskForm, here: str, *, lead: str = "", stuck: bool = False
) -> HttpResponse:
    """First sending: what it would do, above the same form. Second one: it is asked for."""
    context = {
        "here": here,
        "lead": lead,
        "stuck": stuck,
        "crumbs": [(reverse("retention:overview"), _("Masa simpan"))],
    }

    def act(sent: AskForm) -> HttpResponse:
        wish = sent.wish()
        if sent.was_shown():
            asked = retention.ask(wish, reason=sent.cleaned_data["reason"], by=request.user)
            messages.success(request, _("Diminta. Kepala atau Sekretaris menyetujuinya di portal."))
            return redirect("retention:detail", asked.pk)
        retention.check(wish)
        sent.note_shown()
        shown = {**context, **_effect(wish), "form": sent}
        return render(request, "desk/retention.html", shown)

    return attempt(form, act) or render(
        request, "desk/retention.html", {**context, "form": form, "button": _("Lihat akibatnya")}
    )


def _effect(wish: Wish) -> dict[str, object]:
    found = retention.expected(wish)
    return {
        "flags": effects(found),
        "begins": begins(found),
        "note": EARLY_NOTE if found.gone else "",
        "button": _("Minta persetujuan"),
    }
