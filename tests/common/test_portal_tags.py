from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import engines

from cctvportal.common.templatetags import portal

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Badge:
    word: str
    css: str
    icon: str


class Question(forms.Form):
    purpose = forms.ChoiceField(
        choices=[("a", "Asesmen")], widget=forms.RadioSelect, label="Tujuan"
    )
    activity = forms.CharField(
        label="Kegiatan", widget=forms.TextInput(attrs={"placeholder": "Kegiatan"})
    )
    room = forms.ChoiceField(choices=[("1", "RA-1")], label="Ruang")
    age = forms.IntegerField(label="Umur", error_messages={"required": "Tulis umurnya."})
    sure = forms.BooleanField(label="Benar", required=False)
    started = forms.SplitDateTimeField(label="Mulai", required=False)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("Rentang ini sudah diminta.")


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def test_filters_of_nothing_say_nothing() -> None:
    source = (
        "{{ x|wib }}{{ x|wib_time }}{{ x|wib_date }}{{ x|wib_day }}{{ x|wib_short }}{{ x|ago }}"
        "{{ x|time_range:x }}{{ x|wib_range:x }}{{ x|duration }}{{ x|filesize_id }}{{ x|digits }}"
        "{{ x|nip }}"
    )
    assert render(source, x=None) == ""


def test_filters_say_what_words_say() -> None:
    source = "{{ x|wib_date }}; {{ x|wib_day }}; {{ x|wib_time }}; {{ n|digits }}; {{ n|duration }}"
    assert render(source, x=MORNING, n=1284) == (
        "Senin, 23 November 2026; 23 November 2026; 08.00\u00a0WIB; 1.284; 21 menit 24 detik"
    )


def test_wib_range_never_breaks_inside_the_hours() -> None:
    assert render("{{ a|wib_range:b }}", a=MORNING, b=MORNING + timedelta(hours=4)) == (
        'Senin, 23 November 2026, <span class="cp-num">08.00–12.00\u00a0WIB</span>'
    )


def test_wib_range_past_midnight_says_each_date_once() -> None:
    said = render("{{ a|wib_range:b }}", a=MORNING, b=MORNING + timedelta(hours=20))
    assert said == "23 November 2026, 08.00\u00a0WIB sampai 24 November 2026, 04.00\u00a0WIB"


def test_status_is_word_colour_and_icon() -> None:
    said = render("{% status s %}", s=Badge("Ditolak <b>", "stop", "cross-circle"))
    assert 'class="cp-status cp-status--stop"' in said
    assert '#cross-circle"' in said
    assert said.endswith("Ditolak &lt;b&gt;</span>")


def test_badge_without_colour_is_quiet() -> None:
    assert 'class="cp-status"' in render('{% badge "Belum dikirim" "" "pencil" %}')


def test_icon_is_silent_for_screen_readers() -> None:
    said = render('{% icon "key" "lg" %}')
    assert said.startswith('<svg class="cp-icon cp-icon--lg" aria-hidden="true"><use href="')
    assert said.endswith('img/icons.svg#key"></use></svg>')


@pytest.mark.parametrize(
    ("name", "css", "kind"),
    [
        ("activity", "form-control", "line"),
        ("room", "form-select", "line"),
        ("sure", "form-check-input", "check"),
        ("purpose", "form-check-input", "group"),
    ],
)
def test_control_has_the_class_of_its_kind(name: str, css: str, kind: str) -> None:
    field = Question()[name]
    assert portal.kind_of(field) == kind
    assert f'class="{css}"' in portal.control(field)


def test_control_never_has_a_placeholder() -> None:
    assert "placeholder" not in portal.control(Question()["activity"])


def test_control_of_wrong_answer_points_to_its_sentence() -> None:
    html = portal.control(Question({})["activity"])
    assert 'class="form-control is-invalid"' in html
    assert 'aria-describedby="id_activity_error"' in html


def test_control_of_two_parts_names_both() -> None:
    assert portal.control(Question()["started"]).count('aria-label="Mulai"') == 2


def test_problems_name_each_empty_answer_and_link_to_it() -> None:
    found = portal.problems(Question({}))
    assert [(p.sentence, p.target) for p in found] == [
        ("Rentang ini sudah diminta.", ""),
        ("“Tujuan” belum diisi.", "id_purpose_0"),
        ("“Kegiatan” belum diisi.", "id_activity"),
        ("“Ruang” belum diisi.", "id_room"),
        ("Tulis umurnya.", "id_age"),
    ]


def test_problems_of_unbound_form_are_none() -> None:
    assert portal.problems(Question()) == []
    assert portal.problems(None) == []
