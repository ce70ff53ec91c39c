"""`{% load papers %}`: the papers that a request has by now, as links."""

from __future__ import annotations

from django import template
from django.urls import reverse

from requests_app.models import AccessRequest
from requests_app.papers.compose import available

register = template.Library()


@register.simple_tag
def paper_links(request: AccessRequest) -> list[dict[str, str]]:
    """Title and address of each paper, in the order of the SOP: `{% paper_links x as papers %}`."""
    return [
        {
            "title": str(kind.label),
            "url": reverse("papers:download", args=[request.pk, kind.value]),
        }
        for kind in available(request)
    ]
