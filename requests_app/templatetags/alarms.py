"""The word about alarms on the pages where a day begins."""

from __future__ import annotations

from typing import Any

from django import template

from recordings.services.alarms import count_for

register = template.Library()


@register.inclusion_tag("monitoring/notice.html", takes_context=True)
def alarm_notice(context: dict[str, Any]) -> dict[str, int]:
    """How many alarms the person at the page can do something about; nothing for none."""
    return {"count": count_for(context["request"].user)}
