"""The sender's manners: its pace, its patience, and when it gives up. Against a small server of our own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.local.phone import Refused
from api.replaying.feeding import Outcome
from api.replaying.ids import key_of, request_id
from api.replaying.report import Report
from api.replaying.sender import Pace, Sender, Stopped

Reply = tuple[int, dict[str, str], bytes]
OK: Reply = (201, {}, b'{"id": 1}')


def problem(status: int, code: str, **headers: str) -> Reply:
    return status, headers, json.dumps({"code": code, "title": "No", "errors": []}).encode()


@pytest.fixture
def server() -> Iterator[Callable[..., tuple[Sender, list[Any], list[float]]]]:
    """`server(reply, reply)`: a Sender to a server that gives these replies; what it heard; how long the sender slept."""
    running: list[HTTPServer] = []
    senders: list[Sender] = []

    def serve(*replies: Reply) -> tuple[Sender, list[Any], list[float]]:
        heard: list[Any] = []
        left = iter(replies)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard.append((self.path, self.headers["Idempotency-Key"], self.headers["Authorization"],
                              self.rfile.read(int(self.headers["Content-Length"]))))
                status, headers, body = next(left)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        running.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=running[-1].serve_forever, args=(0.01,), daemon=True).start()
        sender, slept = Sender(f"http://127.0.0.1:{running[-1].server_port}", rate=10_000, token="mine"), []
        sender.pace.sleep = lambda seconds: slept.append(seconds) if seconds > 0.01 else None
        senders.append(sender)
        return sender, heard, slept

    yield serve
    for one in senders:
        one.http.close()
    for two in running:
        two.shutdown()
        two.server_close()


def test_busy_is_asked_again_with_the_same_key_after_the_time_it_names(server):
    sender, heard, slept = server(
        problem(503, "unavailable", Retry_After="2"), problem(409, "idempotency_in_progress"), (502, {}, b"<html>"), OK)
    key = uuid4()
    assert sender.post("/pickups", {"a": 1}, key=key) == ({"id": 1}, False)
    assert {one[:2] for one in heard} == {("/api/v1/pickups", str(key))} and len(heard) == 4
    assert slept == [2, 4, 8]


def test_what_was_replied_before_is_known_by_its_header_or_its_number(server):
    sender, _, _ = server((201, {"Idempotency_Replayed": "true"}, b"{}"), (200, {}, b"{}"), OK)
    assert [sender.post("/pickups", {}, key=uuid4())[1] for _ in range(3)] == [True, True, False]


def test_a_refusal_is_a_refusal_at_once(server):
    sender, heard, slept = server(problem(422, "window_is_past"))
    with pytest.raises(Refused) as refusal:
        sender.post("/pickups", {}, key=uuid4())
    assert (refusal.value.problem["code"], len(heard), slept) == ("window_is_past", 1, [])


@pytest.mark.parametrize(("reply", "tries", "why"), [
    (problem(500, "server_error"), 6, "500 server_error"), (problem(401, "unauthenticated"), 1, "sign in again"),
    (problem(429, "too_many", Retry_After="3600"), 1, "try again in 3600 s"),
])
def test_it_gives_up_where_waiting_is_no_help(server, reply, tries, why):
    sender, heard, _ = server(*[reply] * 10)
    with pytest.raises(Stopped, match=why):
        sender.post("/pickups", {}, key=uuid4())
    assert len(heard) == tries


def test_nobody_there(server):
    sender, _, slept = server()
    sender.http.base_url = "http://127.0.0.1:9/"
    with pytest.raises(Stopped, match="does not answer"):
        sender.post("/pickups", {}, key=uuid4())
    assert len(slept) == 6


def test_a_worn_out_token_is_renewed_once(server):
    tokens = json.dumps({"access_token": "new", "refresh_token": "r2"}).encode()
    sender, heard, _ = server(problem(401, "unauthenticated"), (200, {}, tokens), OK)
    sender._refresh_token = "r1"
    assert sender.post("/pickups", {}, key=uuid4())[0] == {"id": 1}
    assert [one[0] for one in heard] == ["/api/v1/pickups", "/api/v1/auth/refresh", "/api/v1/pickups"]
    assert (heard[1][3], heard[2][2]) == (b'{"refresh_token":"r1"}', "Bearer new")


def test_at_most_so_many_a_second_and_no_burst_after_a_slow_moment():
    time = {"now": 100.0}
    pace = Pace(4, clock=lambda: time["now"], sleep=lambda seconds: time.update(now=time["now"] + seconds))
    turns = []
    for n in range(9):
        if n == 5:
            time["now"] += 3  # a slow reply
        pace.wait()
        turns.append(time["now"] - 100)
    assert turns == pytest.approx([0, 0.25, 0.5, 0.75, 1, 4, 4.25, 4.5, 4.75])


def test_ids_are_computed_from_the_row_and_built_like_uuid7():
    one = request_id(programme="p", source="s", row_id="1-870704361")
    assert one == request_id(programme="p", source="s", row_id="1-870704361")
    assert (one.version, one.variant) == (7, "specified in RFC 4122")
    others = {request_id(programme=p, source=s, row_id=r) for p in "pq" for s in "st" for r in ("1", "2", "11")}
    assert len(others) == 12 and one not in others
    assert len({request_id(programme="p", source="s", row_id=str(n)) for n in range(3_000)}) == 3_000
    body: dict[str, Any] = {"a": 1, "b": {"c": 2}}
    assert key_of("/sites", body) == key_of("/sites", {"b": {"c": 2}, "a": 1}) != key_of("/sites", body, owner="x")
    assert isinstance(key_of("/sites", body), UUID)


def test_the_table_names_each_reason_and_a_spreadsheet_gets_no_formula(tmp_path):
    path = tmp_path / "report.csv"
    with path.open("w", newline="") as file:
        report = Report(file)
        report.begin()
        report.add(Outcome(2, "=1+1", "accepted", number=7, declared_g=10, mass_assumed=True))
        for line in range(3, 13):
            report.add(Outcome(line, "x", "refused", "date_invalid", f"-{line} is no date"))
        report.add(Outcome(13, "y", "refused", "category_unmapped", "Graffiti"))
    assert report.table() == [
        "      10  date_invalid       -3 is no date (the first; see the report) (lines 3, 4, 5, 6, 7 ...)",
        "       1  category_unmapped  Graffiti (line 13)"]
    assert report.refused() == {"category_unmapped": 1, "date_invalid": 10}
    assert path.read_text().splitlines()[:3] == [
        "line,id,outcome,code,pickup_number,why", "2,'=1+1,accepted,,7,", "3,x,refused,date_invalid,,'-3 is no date"]
