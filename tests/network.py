"""Tests speak to nobody but this machine: a connection to anywhere else is an error, not a timeout."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest


class OutsideWorld(RuntimeError):
    """A test was about to reach beyond loopback."""


def is_near(host: Any) -> bool:
    if host in (None, "", "localhost", b"localhost", socket.gethostname()):
        return True
    try:
        return ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def keep_home(patch: pytest.MonkeyPatch) -> None:
    """Let sockets connect to loopback and unix sockets only, and names be looked up for nothing else."""
    def check(host: Any) -> None:
        if not is_near(host):
            raise OutsideWorld(f"A test tried to reach {host!r}; give it a server on 127.0.0.1.")

    def guarded(method: str) -> Any:
        real = getattr(socket.socket, method)

        def connect(self: socket.socket, address: Any, *args: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                check(address[0])
            return real(self, address, *args)

        return connect

    for method in ("connect", "connect_ex"):
        patch.setattr(socket.socket, method, guarded(method))
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host)
        return look_up(host, *args, **kwargs)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
