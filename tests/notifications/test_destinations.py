"""B71: a webhook is no way into the inner network, whatever its address looks like or its name turns out to be."""

from __future__ import annotations

import datetime as dt
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import webhook as channel
from notifications.channels.destinations import Refused, is_public, judge
from tests.notifications.receiver import Receiver

URLS = {
    "http://erp.example.kz/in": "not_https", "ftp://erp.example.kz/": "not_https", "file:///etc/passwd": "not_https",
    "gopher://erp.example.kz:6379/_FLUSHALL": "not_https", "//erp.example.kz/": "not_https",
    "https://localhost/": "not_a_public_name", "https://LOCALHOST./": "not_a_public_name", "https://erp/": "not_a_public_name",
    "https://db.internal/": "not_a_public_name", "https://127.0.0.1/": "not_a_public_name",
    "https://169.254.169.254/latest/meta-data/": "not_a_public_name", "https://[::1]/": "not_a_public_name",
    "https://[::ffff:127.0.0.1]/": "not_a_public_name", "https://0x7f.1/": "not_a_public_name",
    "https://0x7f000001/": "not_a_public_name", "https://2130706433/": "not_a_public_name",
    "https://017700000001/": "not_a_public_name", "https://127.1/": "not_a_public_name", "https://1.2.3.4/": "not_a_public_name",
    "https://erp.example.kz:6379/": "port_not_allowed", "https://erp.example.kz:22/": "port_not_allowed",
    "https://user@erp.example.kz/": "not_a_url", "https://erp.example.kz@127.0.0.1/": "not_a_url",
    "https://erp.example.kz\\@127.0.0.1/": "not_a_url",
    "https://erp.example.kz/ in": "not_a_url",
    "https://erp.example.kz/\r\nHost: x": "not_a_url", "https://ｅrp.example.kz/": "not_a_url",
    "https://erp.example.kz/#x": "not_a_url",
    "https://erp.example.kz:99999/": "not_a_url", "https://[::1/": "not_a_url", "": "not_https", "https:///in": "not_a_url",
}
INSIDE = ["127.0.0.1", "127.255.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
          "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
          "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
          "fd00:ec2::254", "ff02::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
          "2002:7f00:1::", "2001:0:7f00:1::", "::127.0.0.1", "2001:db8::1"]


@pytest.mark.parametrize("url", URLS)
def test_b71_addresses_that_are_refused_when_written_down(url):
    with pytest.raises(Refused) as refused:
        judge(url)
    assert str(refused.value) == URLS[url]


@pytest.mark.parametrize("url", ["https://erp.example.kz", "https://erp.example.kz:8443/in?a=1", "https://xn--80a.kz/",
                                 "https://ERP.Example.KZ:443/"])
def test_ordinary_addresses(url):
    found = judge(url)
    assert found.scheme == "https" and found.port in (443, 8443) and found.target.startswith("/")


def test_addresses_of_the_inner_network_in_every_spelling():
    assert [address for address in INSIDE if is_public(address)] == []
    assert all(is_public(address) for address in ("8.8.8.8", "91.185.10.10", "2a00:1450:4010::1", "::ffff:8.8.8.8"))


def names(monkeypatch, *answers: list[str]) -> list[str]:
    """The name server gives these, one answer for each question; what was asked."""
    asked: list[str] = []

    def lookup(host, port, *_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in answers[len(asked) - 1]]

    monkeypatch.setattr(channel.socket, "getaddrinfo", lookup)
    return asked


@pytest.mark.parametrize("address", INSIDE)
def test_b71_a_public_name_for_an_inner_address_is_refused_at_sending(monkeypatch, db, address):
    names(monkeypatch, [address])
    assert channel.post("https://erp.example.kz/", b"{}", {}).error == "address_not_public"


def test_b71_one_inner_address_condemns_the_name(monkeypatch):
    names(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Refused):
        channel.address_of(judge("https://erp.example.kz/"))


def test_b71_a_name_that_changes_its_mind_is_asked_once_and_the_judged_address_is_used(monkeypatch, db):
    asked, connected = names(monkeypatch, ["8.8.8.8"], ["127.0.0.1"]), []

    def connect(address, timeout):
        connected.append(address)
        raise OSError

    monkeypatch.setattr(channel.socket, "create_connection", connect)
    assert channel.post("https://erp.example.kz/", b"{}", {}).error == "no_connection"
    assert asked == ["erp.example.kz"] and connected == [("8.8.8.8", 443)]


def test_a_name_nobody_has_and_a_port_nobody_listens_on(monkeypatch, db, settings):
    monkeypatch.setattr(channel.socket, "getaddrinfo", lambda *_: (_ for _ in ()).throw(socket.gaierror))
    assert channel.post("https://erp.example.kz/", b"{}", {}).error == "name_not_found"
    monkeypatch.undo()
    settings.WEBHOOK_ALLOW_INSIDE = True
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert channel.post(f"http://127.0.0.1:{port}/", b"{}", {}).error == "no_connection"


def test_the_certificate_must_be_of_the_name_though_the_address_is_pinned(monkeypatch, db, settings, tmp_path):
    settings.WEBHOOK_ALLOW_INSIDE = True
    server = Receiver(tls=certified(tmp_path, "erp.example.kz"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    channel._tls.cache_clear()
    try:
        names(monkeypatch, *[["127.0.0.1"]] * 4)  # connecting asks for the number once more
        assert channel.post(f"https://erp.example.kz:{server.port}/in", b"{}", {}).status == 204
        assert server.got[0]["headers"]["host"] == f"erp.example.kz:{server.port}"
        assert channel.post(f"https://other.example.kz:{server.port}/in", b"{}", {}).error == "tls_failed"
        assert len(server.got) == 1
    finally:
        channel._tls.cache_clear()
        server.close()


def certified(folder, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    cert = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(1).not_valid_before(today - dt.timedelta(days=1)).not_valid_after(today + dt.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(cert.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
