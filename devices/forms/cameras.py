from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from devices.models import Device, Room
from devices.services.cameras import Address

_SECRET = {"autocomplete": "new-password"}
_AGAIN = _("Ketik lagi kata sandinya: yang tadi tidak disimpan dan tidak ditampilkan.")


class NewCameraForm(forms.Form):
    """What is known about a camera before it is asked itself."""

    name = forms.CharField(label=_("Nama kamera"), max_length=80)
    room = forms.ModelChoiceField(
        queryset=Room.objects.all(), label=_("Ruang"), empty_label=_("Pilih ruang")
    )
    url = forms.CharField(
        label=_("Alamat"),
        max_length=500,
        help_text=_(
            "ONVIF: http://192.168.1.20:80. Tanpa ONVIF: rtsp://192.168.1.20:554/jalur. "
            "Tanpa kata sandi di dalamnya."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    username = forms.CharField(
        label=_("Nama pengguna kamera"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Kata sandi kamera"),
        max_length=128,
        required=False,
        strip=False,
        help_text=_("Disimpan tersandi dan tidak pernah ditampilkan lagi."),
        widget=forms.PasswordInput(attrs=_SECRET),
    )

    def __init__(self, data: Any = None, **given: Any) -> None:
        super().__init__(data, **given)
        # A password never goes back into a page: one that was typed is missed without a word.
        if (data or given.get("initial") or {}).get("password"):
            self.fields["password"].help_text = _AGAIN

    def clean_url(self) -> str:
        """An address with an account in it is refused before it can reach a log."""
        url: str = self.cleaned_data["url"].strip()
        if "@" in url:
            raise forms.ValidationError(
                _("Tulis alamat tanpa nama pengguna dan kata sandi. Isi keduanya di bawah.")
            )
        return url

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Device.objects.filter(name=name).exists():
            raise forms.ValidationError(_("Nama ini sudah dipakai. Pilih nama lain."))
        return name

    @property
    def address(self) -> Address:
        given = self.cleaned_data
        return Address(given["url"], given["username"], given["password"])


class MoveCameraForm(forms.Form):
    """Another address of the same device, and its password typed again."""

    url = forms.CharField(
        label=_("Alamat gambar"),
        max_length=500,
        help_text=_("Contoh: rtsp://192.168.1.20:554/jalur, tanpa kata sandi di dalamnya."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
    )
    password = forms.CharField(
        label=_("Kata sandi kamera"),
        max_length=128,
        required=False,
        strip=False,
        help_text=_(
            "Ketik lagi; menggantikan yang tersimpan. Kosong bila kamera tidak memakainya."
        ),
        widget=forms.PasswordInput(attrs=_SECRET),
    )

    def clean_url(self) -> str:
        """An address with an account in it is refused before it can reach a log."""
        url: str = self.cleaned_data["url"].strip()
        if "@" in url:
            raise forms.ValidationError(_("Tulis alamat tanpa nama pengguna dan kata sandi."))
        return url


class DeviceForm(forms.ModelForm[Device]):
    """A device's address; an empty password keeps the one that is there."""

    new_password = forms.CharField(
        label=_("Kata sandi baru"),
        max_length=128,
        required=False,
        strip=False,
        help_text=_("Kosong berarti tidak diganti. Yang lama tidak dapat ditampilkan."),
        widget=forms.PasswordInput(attrs=_SECRET),
    )

    class Meta:
        model = Device
        fields = ("name", "host", "onvif_port", "rtsp_port", "username")
