"""The request as a whole, B32-B39: whatever is wrong with it is wrong at every route that reads a body."""

from __future__ import annotations

import gzip
import time

import pytest

from tests.api.phone import Phone
from tests.bad_inputs.doors import doors
from tests.bad_inputs.forms import pickup_form, refused, with_literal

pytestmark = pytest.mark.django_db


@pytest.fixture
def everywhere(phones, unwritten):
    """`everywhere(body, status, code)`: every route that reads a body answers so, and writes nothing."""
    def everywhere(body: bytes, status: int, code: str = "", **options: str) -> None:
        assert len(doors()) > 30
        for door in doors():
            named = refused(door.send(phones, body, **options), status)
            assert named == ({"": code} if code else {}), (door, named)

    with unwritten():
        yield everywhere


def test_b32_a_key_twice(everywhere, shop, scene, unwritten):
    everywhere(b'{"a": 1, "a": 999}', 400, "duplicate_key")
    everywhere(b'{"a": {"b": [{"c": 1, "c": 1}]}}', 400, "duplicate_key")
    with unwritten():
        twice = with_literal(pickup_form(scene), "declared_g", '1, "declared_g": 999')
        assert refused(shop.post("pickups", twice), 400) == {"": "duplicate_key"}


def test_b33_too_deep(everywhere):
    everywhere(b'{"a":' * 21 + b"1" + b"}" * 21, 400, "too_deep")
    everywhere(b'{"a":' + b"[" * 100_000, 400, "too_deep")
    everywhere(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "too_deep")


def test_b34_ten_megabytes(everywhere):
    began = time.process_time()
    everywhere(b'{"name": "' + b"x" * (10 << 20) + b'"}', 413)
    assert time.process_time() - began < 10


def test_b35_compressed(everywhere):
    for encoding in ("gzip", "br", "snappy"):
        everywhere(gzip.compress(b'{"a": "' + b"0" * 1_000_000 + b'"}'), 415, Content_Encoding=encoding)


def test_b36_other_types_of_content(everywhere):
    for content_type in ("text/plain", "application/xml", "", "application/x-www-form-urlencoded",
                         "multipart/form-data; boundary=x"):
        everywhere(b"{}", 415, content_type=content_type)


def test_b37_other_encodings(everywhere, shop, scene, unwritten):
    for charset in ("utf-16", "klingon", "latin-1"):
        everywhere(b"{}", 415, content_type=f"application/json; charset={charset}")
    with unwritten():
        for codec in ("utf-16", "utf-16-le", "utf-32"):
            named = refused(shop.post("pickups", '{"declared_g": 5}'.encode(codec)), 400)
            assert named[""] in ("not_utf8", "not_json")


@pytest.mark.parametrize(("body", "code"), [
    ("\ufeff{}".encode(), "byte_order_mark"), (b'{"name": "\xff"}', "not_utf8"), (b"", "not_json"),
    (b"null", "not_an_object"), (b"[]", "not_an_object"), (b'"x"', "not_an_object"), (b"{} {}", "not_json"),
])
def test_b38_no_object_at_all(everywhere, body, code):
    everywhere(body, 400, code)


def test_b39_other_replies_methods_and_overrides(shop: Phone, scene, unwritten):
    with unwritten():
        for path in ("pickups", "sites", "me"):
            assert refused(shop.get(path, Accept="image/png"), 406) == {}
            # `format` is a parameter like any other that is not known: the row's 404 is a 400 that says which.
            assert refused(shop.get(f"{path}?format=xml"), 400) == {"/format": "unknown_field"}
            assert refused(shop.send("TRACE", path), 405) == {}
        refused(shop.send("POST", "me", X_HTTP_Method_Override="GET"), 405)
        assert shop.get("pickups", X_HTTP_Method_Override="DELETE").status_code == 200
        refused(shop.post("pickups", {}, X_HTTP_Method_Override="GET"), 400)
