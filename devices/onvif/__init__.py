"""A camera's ONVIF side: who it is, what it offers, where its streams are. Knows no Django."""

from devices.onvif.adapter import Adapter
from devices.onvif.errors import ErrorKind, OnvifError
from devices.onvif.facts import Identity, Profile

__all__ = ["Adapter", "ErrorKind", "Identity", "OnvifError", "Profile"]
