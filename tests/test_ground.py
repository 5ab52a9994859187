"""What `tests/conftest.py` promises to every other test."""

from __future__ import annotations

import socket
import urllib.request
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from collection.kernel.db import execute, rows
from geo.models import Region
from notifications.models import Device
from tests.network import OutsideWorld


@pytest.mark.parametrize("address", ["192.0.2.1", "example.com", "2001:db8::1", "0.0.0.0"])
def test_nobody_outside_is_reached(address):
    with pytest.raises(OutsideWorld):
        socket.create_connection((address, 80), timeout=0.1)
    with pytest.raises(OutsideWorld):
        urllib.request.urlopen(f"http://{f'[{address}]' if ':' in address else address}/", timeout=0.1)


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_this_machine_is(family):
    with socket.create_server(("localhost" if family is socket.AF_INET else "::1", 0), family=family) as server:
        socket.create_connection(server.getsockname()[:2], timeout=1).close()


@pytest.mark.django_db
def test_the_database_has_the_country_and_a_name_of_its_own():
    assert connection.settings_dict["NAME"].startswith("test_house")
    assert Region.objects.count() == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_is_committed_is_gone_for_the_next_test_but_the_country_stays(turn, at):
    assert not Device.objects.exists() and Region.objects.count() == 20
    Device.objects.create(installation_id="1", recipient_id="0192f0c1-2b3c-7d4e-8f50-617283940a1b", kind="fid", value="1",
                          platform="android", language="kk", updated_at=at)


def test_the_app_is_not_the_owner(as_house_app):
    assert rows("SELECT current_user AS name") == [{"name": "house_app"}]
    with pytest.raises(DatabaseError, match="permission denied"):
        execute("TRUNCATE notifications_device")


def test_a_moment_and_somebody(at, actor):
    assert at.utcoffset() == timedelta(0)
    assert actor("manager") != actor("manager") and actor("driver").role == "driver"
