"""The fake is strict where Firebase is: a grant needs our signature, a message needs a grant."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
from google.auth import jwt
from google.auth.crypt import RSASigner

from api.local.fake_fcm import AUDIENCE, GRANT, FakeFcm

SEND = "/v1/projects/tonnage-fake/messages:send"


def grant(url: str, account: dict, **other: object) -> httpx.Response:
    claims = {"iss": account["client_email"], "aud": AUDIENCE, "iat": 2_000_000_000, "exp": 2_000_003_600,
              "scope": "https://www.googleapis.com/auth/cloud-platform"} | other
    assertion = jwt.encode(RSASigner.from_service_account_info(account), claims).decode()
    return httpx.post(f"{url}/token", data={"grant_type": GRANT, "assertion": assertion})


def test_from_the_command_line(tmp_path):
    file = tmp_path / "account.json"
    process = subprocess.Popen([sys.executable, "-m", "api.local.fake_fcm", "--port", "0", "--write-account", str(file)],
                               stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2])
    try:
        said = json.loads(process.stdout.readline())
        account = json.loads(file.read_text())
        assert said["account"] == str(file) and account["token_uri"] == said["url"] + "/token"
        with httpx.Client(base_url=said["url"]) as client:
            assert client.get("/messages").json() == {"messages": [], "posts": {}, "grants": 0}
            assert client.post(SEND, json={"message": {"token": "a"}}).status_code == 401
    finally:
        process.kill()
        process.communicate()


def test_a_grant_is_for_those_who_hold_the_key_and_claim_what_is_theirs(firebase, tmp_path, monkeypatch):
    file = tmp_path / "account.json"
    firebase.write_account(file)
    account = json.loads(file.read_text())
    monkeypatch.setattr("api.local.fake_fcm.time.time", lambda: 2_000_000_001.0)
    token = grant(firebase.url, account)
    assert token.status_code == 200
    head = {"Authorization": f"Bearer {token.json()['access_token']}"}
    sent = httpx.post(firebase.url + SEND, json={"message": {"fid": "a"}}, headers=head)
    assert sent.status_code == 200 and sent.json()["name"].startswith("projects/tonnage-fake/messages/")
    for wrong in ({"aud": "https://example.com"}, {"scope": "email"}, {"exp": 2_000_000_000}, {"iat": 2_000_001_000}):
        assert grant(firebase.url, account, **wrong).status_code == 400
    stranger = FakeFcm()
    stranger.write_account(file)
    stranger.server_close()
    assert grant(firebase.url, json.loads(file.read_text())).json() == {"error": "invalid_grant"}
    assert httpx.post(f"{firebase.url}/token", data={"grant_type": "password"}).json() == {"error": "unsupported_grant_type"}
