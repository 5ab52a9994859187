"""Electronic signatures: a local authority, and an NCANode asked over HTTP, well and ill behaved."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from collection.accounts.models import Organisation
from collection.custody import eds, operations as custody, queries
from collection.custody.models import Signature
from collection.kernel.db import InsideTransaction
from tests import cast
from tests.collection.custody.certificates import Authority
from tests.collection.custody.haul import Haul
from tests.collection.custody.refusing import refused

IIN = "900115300017"


@pytest.fixture
def authority(settings, tmp_path) -> Authority:
    made, path = Authority(), tmp_path / "authority.pem"
    path.write_bytes(made.certificate())
    settings.EDS_VERIFIER, settings.EDS_AUTHORITY = "local", str(path)
    return made


@pytest.fixture
def load(haul) -> Any:
    """A load whose sheet nobody has signed, and the BIN of its collector."""
    pk = haul.loaded(cast.AT, signed=False)[0]
    return pk, Organisation.objects.get(pk=haul.collector.actor.organisation_id).identity_number


def text_of(haul: Haul, pk: Any) -> str:
    return queries.sheet(haul.collector.actor, pk).to_sign[0].content


def sign(haul: Haul, pk: Any, container: str) -> None:
    checked = custody.check_signature(actor=haul.collector.actor, consignment_id=pk, party="driver", container=container)
    custody.sign_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, party="driver", checked=checked)


def test_a_signature_seals_the_sheet_and_is_kept_with_what_was_signed(haul, authority, load):
    pk, number = load
    text = text_of(haul, pk)
    sign(haul, pk, container := authority.sign(text, bin=number))
    row = Signature.objects.get()
    assert (row.party, row.method, row.signer_number, row.verified_by) == ("driver", "eds", IIN, "local")
    assert (row.content, row.container) == (text, container) and row.certificate_serial
    with refused(custody.SheetSealed):
        custody.amend_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, changes={"remark": "later"})
    with refused(custody.AlreadySigned):
        sign(haul, pk, container)
    custody.sign_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, party="driver")  # a session is another method
    custody.weigh(actor=haul.recycler.actor, at=cast.AT, tickets=[haul.ticket(pk, cast.AT, cast.TONNE)])


def test_what_the_local_verifier_refuses(haul, authority, load):
    pk, number = load
    text = text_of(haul, pk)
    for container, code in (
        (authority.sign(text + " ", bin=number), "signature_invalid"),
        (authority.sign(text, bin=number, by=Ed25519PrivateKey.generate()), "certificate_invalid"),
        (authority.sign(text, bin=number, issued_at=cast.AT - timedelta(days=400)), "certificate_invalid"),
        (authority.sign(text, bin=number, issued_at=cast.AT + timedelta(days=3)), "certificate_invalid"),
        (authority.sign(text, bin=cast.identity_number()), "signer_is_somebody_else"),
        (authority.sign(text, bin=""), "signer_is_somebody_else"),
        (authority.sign(text, bin=number, iin=""), "signer_is_somebody_else"),
        ("AAAA", "container_unreadable"), (base64.b64encode(b"[]").decode(), "container_unreadable"),
        (base64.b64encode(b'{"certificate": 1, "signature": 2}').decode(), "container_unreadable"),
        (base64.b64encode(b"[" * 100_000).decode(), "container_unreadable"),
    ):
        with refused(custody.EdsInvalid, container=code):
            sign(haul, pk, container)
    assert not Signature.objects.exists()


def test_a_sheet_that_was_changed_meanwhile_was_not_signed(haul, authority, load):
    pk, number = load
    checked = custody.check_signature(actor=haul.collector.actor, consignment_id=pk, party="driver",
                                      container=authority.sign(text_of(haul, pk), bin=number))
    custody.amend_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, changes={"driver_name": "another"})
    with refused(custody.EdsInvalid, container="sheet_changed"):
        custody.sign_sheet(actor=haul.collector.actor, at=cast.AT, consignment_id=pk, party="driver", checked=checked)


def test_without_a_verifier_nobody_signs_electronically(haul, load, settings):
    for name, path in (("", ""), ("local", "/nowhere"), ("ncanode", "ftp://x")):
        settings.EDS_VERIFIER, settings.EDS_AUTHORITY, settings.EDS_URL = name, path, path
        with refused(custody.EdsUnavailable):
            sign(haul, load[0], "AAAA")


class Ncanode(ThreadingHTTPServer):
    """It answers what it is told to, and remembers the question."""

    daemon_threads = True
    answer: Callable[[], tuple[int, bytes]]
    asked: list[tuple[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: Ncanode

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        status, answer = self.server.answer()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def ncanode(settings) -> Iterator[Ncanode]:
    server = Ncanode(("127.0.0.1", 0), _Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    settings.EDS_VERIFIER, settings.EDS_URL, settings.EDS_TIMEOUT_S = "ncanode", f"http://127.0.0.1:{server.server_port}", 2.0
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def said(number: str, **changes: Any) -> dict[str, Any]:
    """What NCANode says of a good signature by somebody of the company."""
    certificate = {"valid": True, "revocations": [{"revoked": False, "by": "OCSP"}], "serialNumber": "5f3a",
                   "subject": {"commonName": "X", "iin": IIN, "bin": number}} | changes.pop("certificate", {})
    return {"status": 200, "message": "OK", "valid": True, "signers": [{"certificates": [certificate]}]} | changes


def test_ncanode_is_asked_for_exactly_this_text(haul, ncanode, load):
    pk, number = load
    text = text_of(haul, pk)
    ncanode.answer = lambda: (200, json.dumps(said(number)).encode())
    sign(haul, pk, "TUlJ")
    (path, question), = ncanode.asked
    assert path == "/cms/verify" and base64.b64decode(question["data"]).decode() == text
    assert (question["cms"], question["detached"], question["revocationCheck"]) == ("TUlJ", True, ["OCSP"])
    row = Signature.objects.get()
    assert (row.method, row.signer_number, row.certificate_serial, row.container) == ("eds", IIN, "5f3a", "TUlJ")
    assert row.verified_by == f"ncanode:127.0.0.1:{ncanode.server_port}"


@pytest.mark.parametrize(("changes", "code"), [
    ({"valid": False}, "signature_invalid"), ({"valid": 1}, "signature_invalid"), ({"signers": []}, "not_one_signer"),
    ({"certificate": {"valid": False}}, "certificate_invalid"),
    ({"certificate": {"revocations": [{"revoked": True}]}}, "certificate_revoked"),
    ({"certificate": {"subject": {"iin": IIN, "bin": "210140000017"}}}, "signer_is_somebody_else"),
    ({"certificate": {"subject": {"iin": IIN}}}, "signer_is_somebody_else"),
])
def test_what_ncanode_calls_bad_is_refused(haul, ncanode, load, changes, code):
    ncanode.answer = lambda: (200, json.dumps(said(load[1], **changes)).encode())
    with refused(custody.EdsInvalid, container=code):
        sign(haul, load[0], "TUlJ")
    assert not Signature.objects.exists()


@pytest.mark.parametrize(("status", "body"), [
    (500, b"{}"), (200, b"<html>"), (200, b"{}"), (200, b"[1]"), (200, b'{"valid": true, "signers": [{}]}'), (302, b""),
    (200, b"[" * 100_000), (200, b" " * (2 << 20)),
])
def test_an_ncanode_that_does_not_answer_leaves_nothing_behind(haul, ncanode, load, status, body):
    ncanode.answer = lambda: (status, body)
    with refused(custody.EdsUnavailable):
        sign(haul, load[0], "TUlJ")
    assert not Signature.objects.exists()


def test_a_container_it_cannot_read_is_the_signers_fault(haul, ncanode, load):
    ncanode.answer = lambda: (400, b'{"status": 400, "message": "cannot parse"}')
    with refused(custody.EdsInvalid, container="container_unreadable"):
        sign(haul, load[0], "TUlJ")


def test_nobody_is_asked_inside_a_transaction(ncanode):
    with transaction.atomic(), pytest.raises(InsideTransaction):
        eds.verifier().verify("TUlJ", "text")
    assert ncanode.asked == []
