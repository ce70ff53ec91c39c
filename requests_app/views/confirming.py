from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from requests_app.forms.steps import ConfirmForm, attempt


@dataclass(frozen=True, slots=True)
class Question:
    """What components/confirm.html shows before a step is done."""

    title: str
    button: str
    eyebrow: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    warning: str = ""
    info: str = ""
    danger: bool = False
    back_url: str = ""
    back_label: str = ""
    flags: list[dict[str, str]] = field(default_factory=list)
    # Why the step cannot be done yet: shown in place of the button, with the way out of it.
    blocked: str = ""
    way: tuple[str, str] = ("", "")
    # Another answer than the button's.
    otherwise: tuple[str, str] = ("", "")


def confirming(
    request: HttpRequest,
    question: Question,
    act: Callable[[dict[str, Any]], object],
    *,
    form: forms.Form | None = None,
    done: str,
    template: str = "requests_app/confirm.html",
) -> HttpResponseBase:
    """Asks on GET, acts on POST, and goes back to where the question came from."""
    bound = form or ConfirmForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and bound.is_valid()
        and attempt(bound, lambda: act(bound.cleaned_data))
    ):
        messages.success(request, done)
        return redirect(question.back_url)
    facts = {"form": bound, **asdict(question)}
    return render(request, template, facts)
