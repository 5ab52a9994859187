"""A POST to somebody else's server, of which nothing is believed: one connection to the address that was judged, no
redirects, no proxies, no cookies, ten seconds for all of it, and no more of the answer than its head.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, TimeoutError as TooSlow
from functools import cache

from django.conf import settings

from collection.kernel.db import outside_transaction

from .base import TIMEOUT_S, Answer, seconds
from .destinations import Destination, Refused, is_public, judge

HEAD_BYTES = 16_384
LOOKUP_S = 5
STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")
RETRY_AFTER = re.compile(rb"^retry-after:[ \t]*([0-9]{1,6})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)

_lookups = ThreadPoolExecutor(4, "lookup")  # a name server may take its time; the worker does not wait for it


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout_s: float = TIMEOUT_S) -> Answer:
    """Send it. Never raises: whatever the other side does, it is an Answer."""
    outside_transaction()
    deadline = time.monotonic() + timeout_s
    try:
        destination = judge(url, inside=settings.WEBHOOK_ALLOW_INSIDE)
        address = address_of(destination, inside=settings.WEBHOOK_ALLOW_INSIDE)
        head = _exchange(destination, address, _request(destination, body, headers), deadline)
    except Refused as refused:
        return Answer(None, str(refused))
    except ssl.SSLError:
        return Answer(None, "tls_failed")
    except TimeoutError:
        return Answer(None, "too_slow")
    except OSError:
        return Answer(None, "no_connection")
    status = STATUS.match(head)
    if status is None:
        return Answer(None, "not_http")
    wait = RETRY_AFTER.search(head)
    return Answer(int(status[1]), retry_after=seconds(wait[1].decode()) if wait else None)


def address_of(destination: Destination, *, inside: bool = False) -> str:
    """The address to connect to. One private address among a name's addresses condemns the name. Raises Refused."""
    outside_transaction()
    try:
        found = _lookups.submit(socket.getaddrinfo, destination.host, destination.port, 0, socket.SOCK_STREAM).result(LOOKUP_S)
    except (OSError, TooSlow, UnicodeError) as error:
        raise Refused("name_not_found") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not inside and not all(is_public(address) for address in addresses):
        raise Refused("address_not_public")
    return addresses[0]


def _request(destination: Destination, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {"Host": destination.authority, "User-Agent": "tonnage-webhooks/1", "Accept": "*/*", "Connection": "close",
             "Content-Length": str(len(body)), **headers}
    return (f"POST {destination.target} HTTP/1.1\r\n"
            + "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n").encode("ascii") + body


def _exchange(destination: Destination, address: str, request: bytes, deadline: float) -> bytes:
    """What came back, up to the end of the head. Raises OSError (TimeoutError at the deadline, however slowly it drips)."""
    def left() -> float:
        rest = deadline - time.monotonic()
        if rest <= 0:
            raise TimeoutError
        return rest

    with socket.create_connection((address, destination.port), left()) as plain:
        plain.settimeout(left())
        line = _tls().wrap_socket(plain, server_hostname=destination.host) if destination.scheme == "https" else plain
        with line:
            line.settimeout(left())
            line.sendall(request)
            head = b""
            while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
                line.settimeout(left())
                more = line.recv(4096)
                if not more:
                    break
                head += more
                if head.startswith(b"HTTP/1.1 1") and b"\r\n\r\n" in head:  # 100 Continue: the answer follows
                    head = head.split(b"\r\n\r\n", 1)[1]
            return head


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
