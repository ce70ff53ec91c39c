from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from recordings.models import Medium
from requests_app.desk.media import Choice


class ExportForm(forms.Form):
    """Onto which registered disk. What is exported is the permit and nothing else."""

    medium = forms.ChoiceField(
        label=_("Hard disk"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih hard disk yang sudah dipasang.")},
    )

    def __init__(
        self, data: object = None, files: object = None, *, disks: Sequence[Choice]
    ) -> None:
        super().__init__(data, files)  # type: ignore[arg-type] # what a request carries
        field = self.fields["medium"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        # One that was pulled out meanwhile stays choosable: the service tells what is wrong.
        field.choices = [(str(one.medium.pk), one.label) for one in disks]
        usable = [str(one.medium.pk) for one in disks if one.usable]
        if len(usable) == 1:
            field.initial = usable[0]

    @property
    def chosen(self) -> Medium:
        return Medium.objects.get(pk=self.cleaned_data["medium"])


class LostForm(forms.Form):
    """How the disk was lost, as the office would tell it to whoever asks later."""

    statement = forms.CharField(
        label=_("Kapan dan bagaimana hilangnya"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Tulis juga siapa yang terakhir memegang dan di mana sudah dicari."),
        error_messages={"required": _("Tulis kapan dan bagaimana hard disk itu hilang.")},
    )
