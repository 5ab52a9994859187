"""Where a webhook may go: an https address on the public internet, and nowhere else.

Judged twice: what can be seen in the URL when it is written down, and every address its name has at the moment of
sending, which is then the one that is connected to. A name that answers differently a second later changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

PORTS = (443, 8443)
NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})")
INSIDE = (".local", ".localhost", ".internal", ".lan", ".home", ".corp", ".test", ".invalid", ".example", ".arpa", ".onion")
NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class Refused(Exception):
    """This destination is not allowed. The code says why."""


@dataclass(frozen=True, slots=True)
class Destination:
    scheme: str
    host: str
    port: int
    target: str  # path and query

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def judge(url: str, *, inside: bool = False) -> Destination:
    """What the URL says. Raises Refused(code). `inside` (tests only) allows http, any port and any host."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Refused("not_a_url")
    try:
        parts: SplitResult = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise Refused("not_a_url") from None
    if parts.scheme != "https" and not (inside and parts.scheme == "http"):
        raise Refused("not_https")
    if not host or "@" in parts.netloc or parts.fragment:
        raise Refused("not_a_url")
    if not inside:
        if port not in (None, *PORTS):
            raise Refused("port_not_allowed")
        if NAME.fullmatch(host) is None or host.endswith(INSIDE):  # numbers in any spelling, localhost, one word
            raise Refused("not_a_public_name")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), target)


def is_public(address: str) -> bool:
    """Whether it is an ordinary address of the public internet, whatever it is wrapped in."""
    if "%" in address:  # of one interface
        return False
    ip: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour is not None or ip.teredo is not None or any(ip in net for net in NAT64):
            return False  # another address in disguise; nobody serves webhooks there
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
