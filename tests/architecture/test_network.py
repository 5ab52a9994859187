"""A9 and A10: no transaction by accident, and no network call inside one."""

from __future__ import annotations

import importlib
from functools import partial

import pytest

from collection.kernel.db import InsideTransaction, outside_transaction, transaction
from tests.architecture import clients, tools

CHANNELS = [path for path in clients.network_modules(tools.ROOT) if path.startswith("notifications/channels/")]


def opened_by_themselves(databases):
    return [name for name, database in databases.items() if database.get("ATOMIC_REQUESTS")]


def test_a_request_opens_no_transaction_by_itself(settings):
    assert opened_by_themselves(settings.DATABASES) == []


def test_every_client_asks_first():
    assert len(clients.network_modules(tools.ROOT)) >= 4
    assert clients.rash(tools.ROOT) == []


@pytest.mark.django_db
def test_the_question_is_answered():
    outside_transaction()
    with transaction(), pytest.raises(InsideTransaction):
        outside_transaction()


@pytest.mark.django_db
@pytest.mark.parametrize("path", CHANNELS)
def test_a_channel_sends_nothing_inside_a_transaction(path):
    channel = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    send = getattr(channel, "send", None) or partial(channel.post, "https://receiver.kz/", b"")  # a webhook's is a post
    with transaction(), pytest.raises(InsideTransaction):
        send(None)


@pytest.mark.django_db
def test_a_geocoder_asks_nothing_inside_a_transaction(settings):
    from geo.geocoding import lookups
    from geo.geocoding.services import Service

    settings.GEOCODER, settings.GEOCODER_URL = "nominatim", "http://127.0.0.1:9/"
    with transaction(), pytest.raises(InsideTransaction):
        Service("nominatim", settings.GEOCODER_URL).ask("Almaty")
    with transaction(), pytest.raises(InsideTransaction):
        lookups.ask_next()
