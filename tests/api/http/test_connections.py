"""A connection that the server closed meanwhile is replaced before anybody notices."""

from __future__ import annotations

from threading import Thread

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.mark.django_db(transaction=True)
def test_a_terminated_connection_costs_no_request(sign_in):
    phone, answers = sign_in("driver"), []

    def in_a_thread_of_its_own() -> None:
        try:
            answers.append(phone.get("me").status_code)
            held = connection.connection.info.backend_pid
            with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": psycopg.ClientCursor,
                                    "context": None}, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s, 2000)", [held])
            connection.health_check_done = False  # what the start of a request does
            answers.append(phone.get("me").status_code)
            assert connection.connection.info.backend_pid != held
        finally:
            connection.close()

    thread = Thread(target=in_a_thread_of_its_own)
    thread.start()
    thread.join()
    assert answers == [200, 200]


@pytest.mark.django_db(transaction=True)
def test_a_live_connection_is_not_asked(sign_in):
    phone = sign_in("driver")
    phone.get("me")
    connection.health_check_done = False
    with CaptureQueriesContext(connection) as seen:
        phone.get("me")
    assert connection.health_check_done and len(seen) == 2  # who calls, and what they asked
