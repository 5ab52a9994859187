"""A10: whoever speaks to the network says `outside_transaction()` first, in every public function."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tools import sources

NETWORK = {
    "aiohttp", "django.core.mail", "firebase_admin", "ftplib", "geopy.geocoders", "google", "http.client", "httpx", "requests",
    "smtplib", "socket", "ssl", "telnetlib", "urllib.request", "urllib3", "websockets", "xmlrpc",
}
#: Where such modules live. The relay and the throttles speak to Redis only; api/local and api/replaying are not the
#: running house but its customers.
HOMES = ("notifications/channels/", "geo/geocoding/", "geo/distance/", "geo/routing/", "collection/custody/eds/")
NOT_THE_HOUSE = ("api/local/", "api/replaying/")


def network_modules(tree: Path) -> dict[str, ast.Module]:
    """path -> syntax of every module of the running house that can open a connection to somebody else."""
    found = {}
    for path, text in sources(tree).items():
        module = ast.parse(text)
        if not path.startswith(NOT_THE_HOUSE) and any(speaks(name) for name in imported(module)):
            found[path] = module
    return found


def rash(tree: Path) -> list[str]:
    """Network modules that live elsewhere, and their public functions that do not begin with the question."""
    found = []
    for path, module in network_modules(tree).items():
        if not path.startswith(HOMES):
            found.append(f"{path} speaks to the network, but is no channel, geocoder, engine or verifier")
        for function in public_functions(module.body):
            if not asks_first(function):
                found.append(f"{path}:{function.lineno} {function.name} does not call outside_transaction() first")
    return found


def speaks(name: str) -> bool:
    return any(name == network or name.startswith(network + ".") for network in NETWORK)


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from public_functions(node.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node


def asks_first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return bool(body) and ast.unparse(body[0]) in ("outside_transaction()", "db.outside_transaction()")
