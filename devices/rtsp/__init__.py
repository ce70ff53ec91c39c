"""RTSP client for live H.264 and H.265 over TCP (RFC 2326, 3550, 6184, 7798). Knows no Django.

Every read has a limit and a deadline; whatever a camera does ends in an RtspError.
"""

from devices.rtsp.endpoint import Endpoint
from devices.rtsp.errors import ErrorKind, RtspError
from devices.rtsp.probe import Probe, probe
from devices.rtsp.session import Session
from devices.rtsp.units import AccessUnit, Stats, Track

__all__ = [
    "AccessUnit",
    "Endpoint",
    "ErrorKind",
    "Probe",
    "RtspError",
    "Session",
    "Stats",
    "Track",
    "probe",
]
