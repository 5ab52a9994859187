"""There is no back office of raw rows: whoever approves does so through the operations, which count persons.

Should Django's admin ever be mounted, this fails, and whoever mounts it writes the test that nobody approves there what they
prepared. (The database refuses it whoever writes: tests/collection/payouts/test_approval.py.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import URLPattern, get_resolver


def test_djangos_admin_is_neither_installed_nor_mounted():
    assert not apps.is_installed("django.contrib.admin")
    assert [pattern for pattern in patterns(get_resolver().url_patterns) if "admin" in pattern] == []


def patterns(of: list[Any], before: str = "") -> Iterator[str]:
    for one in of:
        told = before + str(one.pattern)
        yield from [told] if isinstance(one, URLPattern) else patterns(one.url_patterns, told)
