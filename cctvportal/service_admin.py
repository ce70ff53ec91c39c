"""Stock admin pages that save through services, and show a service's refusal in their form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field, Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from cctvportal.accounts.access import person
from cctvportal.accounts.models import User
from cctvportal.common.errors import Conflict, Refused

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Saving(Generic[M]):
    """A valid form on its way to a service: the row as it shall be, and what was typed."""

    row: M
    is_new: bool
    typed: dict[str, Any]
    changed: frozenset[str]
    by: User


class PlainAdmin(admin.ModelAdmin[M]):
    """Stock pages without what Django's own Indonesian says badly.

    `problems` takes the place of `errors` in templates/admin/change_form.html, and a value that
    another row has is told at its field.
    """

    # Counting each choice of a filter is a question nobody has.
    show_facets = admin.ShowFacets.NEVER

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Named by what is listed, not by what one might do with a row."""
        title = _("Daftar %s") % self.opts.verbose_name_plural
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = {"title": _("Riwayat perubahan")}
        return super().history_view(request, object_id, {**title, **(extra_context or {})})

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Without Django's three small pictures beside a list: a row is added on its own page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["problems"] = context.pop("errors", None)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_form(
        self,
        request: HttpRequest,
        obj: M | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> type[ModelForm[M]]:
        taken = {"unique": _("Ini sudah dipakai. Tulis yang lain.")}
        own = {field.name: taken for field in self.opts.fields if field.unique}
        return super().get_form(request, obj, change=change, error_messages=own, **kwargs)


class ServiceAdmin(PlainAdmin[M]):
    """A model's pages whose `keep` calls services to save what was typed.

    A Refused from it undoes everything and comes back as a sentence of the form, with all that was
    typed still there; a Conflict is a page of its own (409). Rights are the rules' alone.
    """

    actions = None

    def keep(self, saving: Saving[M]) -> None:
        """Saves by the model's service. May raise Refused or Conflict."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        changed = frozenset(form.changed_data)
        self.keep(Saving(obj, not change, form.cleaned_data, changed, person(request)))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # One button, one meaning.
        one = {"show_save_and_add_another": False, "show_save_and_continue": False}
        given = (object_id, form_url, {**one, **(extra_context or {})})
        try:
            return super().changeform_view(request, *given)
        except Conflict:
            raise
        except Refused as refusal:
            request.refusal = refusal  # type: ignore[attr-defined] # for get_form, in this answer only
            return super().changeform_view(request, *given)

    def get_form(
        self,
        request: HttpRequest,
        obj: M | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - Django's signature
        **kwargs: Any,
    ) -> type[ModelForm[M]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: Refused | None = getattr(request, "refusal", None)
        return form if refusal is None else _telling(form, refusal)


def _telling(form: type[ModelForm[M]], refusal: Refused) -> type[ModelForm[M]]:
    """The same form, wrong for the reason that the service gave."""

    class Telling(form):  # type: ignore[misc, valid-type] # a class made by Django
        def clean(self) -> dict[str, Any]:
            data: dict[str, Any] = super().clean()
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, refusal.message)
            return data

    return Telling
