"""Where a request comes from: the peer's address, or what our own proxies say it was; never what a caller says."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings


def network_of(request: Any) -> str:
    """The caller's /24 (IPv4) or /48 (IPv6) as text; "local" for a unix socket or an address that is none."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:  # each of our proxies appended the address it saw
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if len(seen) >= settings.TRUSTED_PROXIES:
            address = seen[-settings.TRUSTED_PROXIES]
    try:
        found = ip_address(address)
    except ValueError:
        return "local"
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))
