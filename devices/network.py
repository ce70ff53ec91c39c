"""Which addresses may be a camera: one rule for ONVIF and RTSP. Knows no Django."""

from __future__ import annotations

import ipaddress

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def routable(address: IPAddress) -> bool:
    """Refuse what can never be one camera; ask about the resolved address, never about a name.

    Multicast, unspecified and broadcast are nobody in particular. Link-local holds the metadata
    services of clouds, and a camera there has no address of the office yet.
    """
    inner = getattr(address, "ipv4_mapped", None) or address
    nobody = inner.is_multicast or inner.is_unspecified or str(inner) == "255.255.255.255"
    return not (nobody or inner.is_link_local)
