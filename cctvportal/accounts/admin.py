from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cctvportal.accounts.access import page, person
from cctvportal.accounts.enums import ChangeKind
from cctvportal.accounts.models import User
from cctvportal.accounts.selectors import needs_second_person, waiting_changes
from cctvportal.accounts.services import people
from cctvportal.service_admin import PlainAdmin

# Rights come from roles and rules alone; there are no groups and no mail addresses to keep.
admin.site.unregister(Group)
admin.site.unregister(EmailAddress)


@admin.register(User)
class UserAdmin(PlainAdmin[User]):
    """The IT admin adds people and hands out links to set a password.

    Whoever opens a link first sets the password; so links and roles of staff wait for an approver.
    """

    list_display = ("name", "nip", "jabatan", "role", "applicant_kind", "is_active")
    list_filter = ("role", "is_active")
    search_fields = ("name", "nip")
    fields = ("nip", "name", "jabatan", "unit", "role", "applicant_kind", "is_active")
    change_form_template = "admin/accounts/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        gated = page("accounts.invite_user")(require_POST(self.invite_view))
        invite = self.admin_site.admin_view(gated)
        return [path("<int:pk>/undang/", invite, name="accounts_user_invite"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:  # type: ignore[type-arg] # noqa: ARG002, FBT001 - Django's signature
        if change:
            people.change_user(obj, by=person(request))
        else:
            people.add_user(obj, by=person(request))
        if waiting_changes().filter(user=obj, kind=ChangeKind.ROLE).exists():
            messages.warning(request, _("Peran ini berlaku setelah disetujui Kepala."))

    def invite_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = User.objects.get(pk=pk)
        link = request.build_absolute_uri(people.invite(user, by=person(request)))
        text = _("Kirim tautan ini kepada {name}; hanya dapat dipakai sekali: {link}")
        messages.success(request, format_html(text, name=user.name, link=link))
        if needs_second_person(user):
            messages.warning(request, _("Tautan baru dapat dibuka setelah disetujui Kepala."))
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[pk]))
