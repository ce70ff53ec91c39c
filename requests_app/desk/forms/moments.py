"""Dates and times as the office writes them, each in a field of its own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from cctvportal.common.clock import WIB, now


class DayField(forms.DateField):
    """A date in WIB, with the browser's own calendar where it has one."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "cp-w-date"})
    default_error_messages = {
        "invalid": _("Tanggal tidak dapat dibaca. Tulis seperti 23-11-2026."),
    }


class HourField(forms.TimeField):
    """A time of day in WIB."""

    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "cp-w-time"})
    default_error_messages = {"invalid": _("Jam tidak dapat dibaca. Tulis seperti 08.00.")}


def moment(day: date, hour: time) -> datetime:
    """The aware time that was meant, from what was typed in WIB."""
    return datetime.combine(day, hour, tzinfo=WIB)


def span(day: date, start: time, end: time) -> tuple[datetime, datetime]:
    """From `start` to `end`; an end before the start means the day after."""
    later = timedelta(days=1) if end < start else timedelta(0)
    return moment(day, start), moment(day + later, end)


def today() -> date:
    return now().astimezone(WIB).date()


def this_minute() -> time:
    return now().astimezone(WIB).time().replace(second=0, microsecond=0)
