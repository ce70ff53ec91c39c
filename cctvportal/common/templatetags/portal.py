"""How the portal's pages say times, sizes and states, and how they draw a form's controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django import template
from django.forms import CheckboxInput, CheckboxSelectMultiple, Field, RadioSelect, Select
from django.forms.forms import BaseForm
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cctvportal.common import words

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from django.forms import BoundField

register = template.Library()


class State(Protocol):
    """What the status tag shows: a word, an icon, and a colour's name (empty for quiet)."""

    word: str
    css: str
    icon: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong answer: the sentence, and the id of the control that it belongs to."""

    sentence: str
    target: str


@register.filter
def wib(moment: datetime | None) -> str:
    return words.date_time(moment) if moment else ""


@register.filter
def wib_time(moment: datetime | None) -> str:
    return words.time(moment) if moment else ""


@register.filter
def wib_date(moment: datetime | None) -> str:
    return words.weekday_date(moment) if moment else ""


@register.filter
def wib_day(moment: datetime | None) -> str:
    return words.date(moment) if moment else ""


@register.filter
def wib_short(moment: datetime | None) -> str:
    return words.short(moment) if moment else ""


@register.filter
def time_range(start: datetime | None, end: datetime | None) -> str:
    """`08.00–12.00 WIB` that never breaks; with the dates when it passes midnight."""
    if start is None or end is None:
        return ""
    said = words.hours(start, end)
    return format_html('<span class="cp-num">{}</span>', said) if words.EN_DASH in said else said


@register.filter
def wib_range(start: datetime | None, end: datetime | None) -> str:
    """`Senin, 23 November 2026, 08.00–12.00 WIB`."""
    said = time_range(start, end)
    if start is None or not isinstance(said, SafeString):
        return said
    return format_html("{}, {}", words.weekday_date(start), said)


@register.filter
def duration(length: timedelta | float | None) -> str:
    return "" if length is None else words.duration(length)


@register.filter
def ago(moment: datetime | None) -> str:
    return words.ago(moment) if moment else ""


@register.filter
def filesize_id(count: int | None) -> str:
    return "" if count is None else words.size(count)


@register.filter
def digits(value: float | None) -> str:
    return "" if value is None else words.number(value)


@register.filter
def nip(value: str | None) -> str:
    return words.nip(value or "")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of icons.svg, silent for screen readers: a word always stands beside it."""
    return format_html(
        '<svg class="cp-icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        " cp-icon--lg" if size == "lg" else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(word: str, css: str = "", icon_name: str = "dot") -> SafeString:
    """A state as word, colour and icon."""
    colour = f" cp-status--{css}" if css else ""
    return format_html('<span class="cp-status{}">{}{}</span>', colour, icon(icon_name), word)


@register.simple_tag
def status(state: State) -> SafeString:
    """The badge of an object that knows its own word, css and icon."""
    return badge(state.word, state.css, state.icon)


def _is_group(field: BoundField) -> bool:
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


def _control_class(field: BoundField) -> str:
    widget = field.field.widget
    if _is_group(field) or isinstance(widget, CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


@register.filter
def kind_of(field: BoundField) -> str:
    """Which markup a field needs: `group`, `check` or `line`."""
    if _is_group(field):
        return "group"
    return "check" if isinstance(field.field.widget, CheckboxInput) else "line"


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's control with its class, and without placeholder: a label is always written."""
    own = field.field.widget.attrs
    classes = [own.get("class", ""), _control_class(field), "is-invalid" if field.errors else ""]
    own.pop("placeholder", None)
    for part in getattr(field.field.widget, "widgets", ()):
        part.attrs.setdefault("aria-label", field.label)
    return field.as_widget(attrs={"class": " ".join(filter(None, classes))})


@register.filter
def target_of(field: BoundField) -> str:
    """The id that a link to the field must name: a group's first choice, else the control."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def sentences(field: BoundField) -> list[str]:
    """What is wrong with a field. An empty answer is named, so that the summary says which one."""
    found = []
    for error in field.errors.as_data():
        plain = (
            field.field.error_messages.get("required") == Field.default_error_messages["required"]
        )
        if error.code == "required" and plain:
            found.append(gettext("“%(label)s” belum diisi.") % {"label": field.label})
        else:
            found += [str(sentence) for sentence in error.messages]
    return found


@register.filter
def problems(form: BaseForm | None) -> list[Problem]:
    """Every wrong answer of `form` in the order of its fields, first those of no field."""
    if not isinstance(form, BaseForm) or not form.errors:
        return []
    found = [Problem(str(sentence), "") for sentence in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else target_of(field)
        found += [Problem(sentence, target) for sentence in sentences(field)]
    return found


@register.filter
def item(mapping: dict[str, Any], key: str) -> Any:  # Any: whatever the page put there
    """`mapping[key]`, or nothing, for a key that is itself a variable."""
    return mapping.get(key, "")
