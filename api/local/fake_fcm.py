"""`python -m api.local.fake_fcm --port 0 --account FILE`: a Firebase that is not Firebase, for tests and the demo.

    POST /token                              OAuth 2.0 JWT grant: the assertion's shape, claims and signature are checked
    POST /v1/projects/{p}/messages:send      FCM HTTP v1; wants a token granted above
    POST /sms                                an SMS gateway: {"id", "to", "text"}
    GET /messages, DELETE /messages          what was received (both kinds), with the number of posts and grants
    POST /token/down, POST /token/up         the OAuth endpoint answers 503 until it is up again

The address decides the answer, so a test scripts it by registering a device (or by the number, for SMS):

    UNREGISTERED-x  INVALID-x (a bad token)  PAYLOAD-x (a bad payload)  MISMATCH-x  APNS-x  401-x  403-x
    429-x 500-x 503-x (with Retry-After: 7)  502-x (HTML)  slow-x (answers after --slow seconds)  lost-x (delivered, but 503)

and with a count, as in 503*2-x, only the first two posts to that address fail.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PROJECT = "tonnage-fake"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"  # what Google's library claims, whatever the token_uri
SCRIPT = re.compile(r"\+?(?P<answer>[A-Z]+|slow|lost|[45]\d\d)(\*(?P<times>\d+))?-")
# answer -> status, google.rpc status, FcmError code
ERRORS = {
    "UNREGISTERED": (404, "NOT_FOUND", "UNREGISTERED"), "INVALID": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    "PAYLOAD": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    "MISMATCH": (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
    "APNS": (401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"), "401": (401, "UNAUTHENTICATED", ""),
    "403": (403, "PERMISSION_DENIED", ""), "429": (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    "500": (500, "INTERNAL", "INTERNAL"), "503": (503, "UNAVAILABLE", "UNAVAILABLE"),
    "lost": (503, "UNAVAILABLE", "UNAVAILABLE"),
}


class FakeFcm(ThreadingHTTPServer):
    """The server and all it remembers. `start()` serves in a thread; `messages` is what was delivered, oldest first."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int = 0, slow_s: float = 20) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.slow_s, self.lock = slow_s, threading.Lock()
        self.messages: list[dict[str, Any]] = []
        self.posts: dict[str, int] = {}  # by address, failed ones too
        self.granted: set[str] = set()
        self.token_is_down = False

    def start(self) -> FakeFcm:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def clear(self) -> None:
        with self.lock:
            self.messages, self.posts, self.token_is_down = [], {}, False

    def write_account(self, path: Path) -> None:
        """The service account JSON whose token_uri is this server; it appears whole or not at all."""
        pem = self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()).decode()
        text = json.dumps({
            "type": "service_account", "project_id": PROJECT, "private_key_id": "fake", "private_key": pem,
            "client_email": f"house@{PROJECT}.iam.gserviceaccount.com", "client_id": "1", "token_uri": f"{self.url}/token",
        })
        fresh = path.with_suffix(".new")
        fresh.write_text(text)
        fresh.chmod(0o600)
        fresh.replace(path)

    def receive(self, address: str, message: dict[str, Any], channel: str) -> str:
        """Count the post, keep what is delivered; returns the scripted answer, "" for success."""
        script = SCRIPT.match(address)
        with self.lock:
            self.posts[address] = self.posts.get(address, 0) + 1
            answer = script["answer"] if script else ""
            if script and script["times"] and self.posts[address] > int(script["times"]):
                answer = ""
            if answer in ("", "lost", "slow"):
                self.messages.append({"at": time.time(), "channel": channel, "address": address, "message": message})
        if answer == "slow":
            time.sleep(self.slow_s)
            return ""
        return answer


class Handler(BaseHTTPRequestHandler):
    server: FakeFcm
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet, or each answer would wait 40 ms for an ACK
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/token":
            self.grant(body)
        elif self.path in ("/token/down", "/token/up"):
            self.server.token_is_down = self.path == "/token/down"
            self.answer(200, {})
        elif re.fullmatch(r"/v1/projects/[^/]+/messages:send", self.path):
            self.push(body)
        elif self.path == "/sms":
            message = json.loads(body)
            answer = self.server.receive(message["to"], message, "sms")
            self.answer(int(answer) if answer.isdigit() else 503 if answer else 202, {})
        else:
            self.answer(404, {})

    def do_GET(self) -> None:
        with self.server.lock:
            body = {"messages": list(self.server.messages), "posts": dict(self.server.posts),
                    "grants": len(self.server.granted)}
        self.answer(200 if self.path == "/messages" else 404, body if self.path == "/messages" else {})

    def do_DELETE(self) -> None:
        self.server.clear()
        self.answer(200, {})

    def grant(self, body: bytes) -> None:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        wrong = "temporarily_unavailable" if self.server.token_is_down else self.what_is_wrong(form)
        if wrong:
            self.answer(503 if self.server.token_is_down else 400, {"error": wrong})
            return
        token = secrets.token_urlsafe(24)
        self.server.granted.add(token)
        self.answer(200, {"access_token": token, "expires_in": 3600, "token_type": "Bearer"})

    def what_is_wrong(self, form: dict[str, str]) -> str:
        """What a real token endpoint would object to; "" when nothing."""
        if form.get("grant_type") != GRANT:
            return "unsupported_grant_type"
        try:
            signed, _, signature = form["assertion"].rpartition(".")
            head, claims = (json.loads(unpadded(part)) for part in signed.split("."))
            self.server.key.public_key().verify(
                unpadded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (KeyError, ValueError, InvalidSignature):
            return "invalid_grant"
        fits = (
            head["alg"] == "RS256" and claims["aud"] == AUDIENCE and "/auth/cloud-platform" in claims["scope"]
            and claims["iat"] - 300 < time.time() < claims["exp"] <= claims["iat"] + 3600
        )
        return "" if fits else "invalid_grant"

    def push(self, body: bytes) -> None:
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.server.granted:
            self.error("401")
            return
        message = json.loads(body)["message"]
        answer = self.server.receive(message.get("token") or message.get("fid") or "", message, "push")
        if answer == "502":
            self.answer(502, "<html>Bad Gateway</html>")
        elif answer in ERRORS:
            self.error(answer)
        else:
            self.answer(200, {"name": f"projects/{PROJECT}/messages/{secrets.token_hex(8)}"})

    def error(self, answer: str) -> None:
        code, status, fcm = ERRORS[answer]
        details: list[dict[str, Any]] = []
        if fcm:
            details.append({"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": fcm})
        if answer in ("INVALID", "PAYLOAD"):
            field = "message.token" if answer == "INVALID" else "message.data"
            details.append({"@type": "type.googleapis.com/google.rpc.BadRequest",
                            "fieldViolations": [{"field": field, "description": "Invalid value"}]})
        self.answer(code, {"error": {"code": code, "status": status, "message": f"fake {answer}", "details": details}})

    def answer(self, code: int, body: dict[str, Any] | str) -> None:
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(raw)))
        if code in (429, 503):
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: Any) -> None:
        """Silent: what arrived is asked for at /messages."""


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m api.local.fake_fcm")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", "--write-account", type=Path, help="where to write the service account JSON")
    parser.add_argument("--slow", type=float, default=20, help="seconds before slow-… addresses are answered")
    args = parser.parse_args()
    server = FakeFcm(args.port, args.slow)
    if args.account:
        server.write_account(args.account)
    print(json.dumps({"url": server.url, "account": str(args.account or "")}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
