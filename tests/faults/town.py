"""The people of a trial: generators, drivers, weighbridges and an officer, each a client over HTTP that never gives up lightly.

A crew takes a load through its whole life, again and again: asked for, offered, accepted, fetched with the generator's
code, weighed, delivered, received. Every call carries a key and is repeated with it until there is a definite answer.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from api.http.authentication import access_token
from collection.accounts import steps as accounts
from collection.kernel.actor import HOUSE, Actor
from collection.kernel.db import now, transaction
from collection.kernel.ids import uuid7
from collection.registry import operations as registry
from notifications.devices import put_device
from tests import cast
from tests.faults.estate import Estate
from tests.faults.history import History, Op

CREWS, PATIENCE_S, TIMEOUT_S = 4, 100.0, 15.0
TONNE = cast.TONNE


class GaveUp(Exception):
    """No definite answer within the patience of a client."""


class Refused(Exception):
    """A definite no."""

    def __init__(self, op: Op) -> None:
        self.op = op
        super().__init__(op.verb, op.status, op.answer)


class Person:
    """One signed-in client. `do` writes, `see` reads; both wait out what is away."""

    def __init__(self, town: Town, actor: Actor, who: str) -> None:
        self.town, self.actor, self.who = town, actor, who
        self.device = str(uuid7(now()))
        at, session_id = now(), uuid7(now())
        assert actor.user_id
        with transaction():
            accounts.open_session(id=session_id, user_id=actor.user_id, device=self.device,
                                  refresh_hash=session_id.bytes * 2, at=at, expires_at=at + timedelta(days=4))
            put_device(recipient_id=actor.user_id, installation_id=self.device, kind="token",
                       value=f"trial-{self.device}", platform="android", language="ru", at=at)
        self.session_id, self.token = session_id, access_token(session_id)[0]

    def do(self, verb: str, path: str, body: dict[str, Any] | None = None, *, match: str = "", key: str = "",
           patience: float = PATIENCE_S) -> dict[str, Any]:
        """POST until there is a definite answer. Raises Refused (4xx) and GaveUp."""
        op = self.town.history.invoke(self.who, verb, path, key or str(uuid4()), body or {})
        end = op.invoked + patience
        while time.monotonic() < end:
            op.tries += 1
            started = time.monotonic()
            try:
                status, headers, told = self.once("POST", path, body or {}, op.key, match)
            except (OSError, http.client.HTTPException, ValueError):
                op.slowest = max(op.slowest, time.monotonic() - started)
                time.sleep(0.1)
                continue
            op.slowest, op.status, op.answer = max(op.slowest, time.monotonic() - started), status, told
            if status < 300:
                self.town.history.end(op, "ok")
                return told
            if status == 500 or (status >= 500 and "Retry-After" not in headers):
                self.town.history.wrong(f"{verb} {path}: {status} {told}")
            if status >= 500 or status == 429 or told.get("code") == "idempotency_in_progress":
                time.sleep(min(float(headers.get("Retry-After") or 0.2), 0.5))
                continue
            self.town.history.end(op, "fail")
            raise Refused(op)
        self.town.history.end(op, "unknown")
        raise GaveUp(f"{verb} {path}")

    def see(self, path: str, *, patience: float = PATIENCE_S) -> tuple[dict[str, Any], str]:
        """GET until it is answered: the object and its ETag."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                status, headers, told = self.once("GET", path)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.1)
                continue
            if status == 200:
                return told, headers.get("ETag", "")
            if status == 500 or (status >= 500 and "Retry-After" not in headers):
                self.town.history.wrong(f"GET {path}: {status} {told}")
            if status < 500:
                raise LookupError(path, status, told)
            time.sleep(0.2)
        raise GaveUp(f"GET {path}")

    def once(self, method: str, path: str, body: Any = None, key: str = "", match: str = "", *,
             port: int = 0) -> tuple[int, Any, dict[str, Any]]:
        """One question on a connection of its own."""
        wire = http.client.HTTPConnection("127.0.0.1", port or self.town.estate.web.port, timeout=TIMEOUT_S)
        try:
            wire.request(method, "/api/v1/" + path, None if body is None else json.dumps(body), {
                "Authorization": f"Bearer {self.token}", "X-Installation-Id": self.device, "Connection": "close",
                **({} if body is None else {"Content-Type": "application/json"}),
                **({"Idempotency-Key": key} if key else {}), **({"If-Match": match} if match else {})})
            answer = wire.getresponse()
            told = json.loads(answer.read() or b"{}")
            return answer.status, answer.headers, told
        finally:
            wire.close()


@dataclass
class Hauler:
    """A collector with its driver and lorry."""

    admin: Person
    driver: Person
    vehicle_id: UUID


class Town:
    def __init__(self, estate: Estate, history: History, *, seed: int) -> None:
        self.estate, self.history, self.chance = estate, history, random.Random(seed)
        with transaction():
            self.scene = cast.Scene(at=datetime.now(UTC), code=f"trial-{seed}", offer_life_s=3600)
            plant, haulers = self.scene.recycler(km=20), [self.scene.collector(km=2 + n) for n in range(4)]
            drivers = [cast.member(one.actor.organisation_id, "driver") for one in haulers if one.actor.organisation_id]
            assert plant.actor.organisation_id
            scale = registry.add_scales(actor=HOUSE, at=self.scene.at, scales=[registry.NewScale(
                plant.actor.organisation_id, "SC-1", "KZ-1", date(2020, 1, 1), date(2030, 12, 31), plant.facility_id)])
            self.scale_id = scale[0].id
            generators = [self.scene.new_generator(cast.away(n / 10)) for n in range(CREWS)]
        self.haulers = [Hauler(Person(self, one.actor, f"collector {n}"), Person(self, driver, f"driver {n}"), one.vehicle_id)
                        for n, (one, driver) in enumerate(zip(haulers, drivers, strict=True)) if one.vehicle_id]
        self.recycler = Person(self, plant.actor, "weighbridge")
        self.officer = Person(self, self.scene.manager, "officer")
        self.generators = [(Person(self, one.actor, f"generator {n}"), one.site_id) for n, one in enumerate(generators)]
        self.tickets, self.lives, self.troubles = 0, 0, list[str]()
        self.lock, self.go = threading.Lock(), threading.Event()
        self.crews: list[threading.Thread] = []

    # -- the load on the house -------------------------------------------------------------------------------------
    def begin(self) -> None:
        """All crews work until `rest`; the officer looks on."""
        self.go.set()
        self.crews = [threading.Thread(target=self.crew, args=[n], daemon=True, name=f"crew {n}") for n in range(CREWS)]
        self.crews.append(threading.Thread(target=self.look_on, daemon=True, name="officer"))
        for one in self.crews:
            one.start()

    def rest(self) -> None:
        """No new lives; those begun are ended. Raises TimeoutError when a crew does not come to its end."""
        self.go.clear()
        for one in self.crews:
            one.join(PATIENCE_S + TIMEOUT_S)
            if one.is_alive():
                raise TimeoutError(f"{one.name} does not come to an end")

    def crew(self, n: int) -> None:
        while self.go.is_set():
            try:
                self.life(n)
            except (Refused, GaveUp, TimeoutError, LookupError) as error:
                with self.lock:
                    self.troubles.append(f"crew {n}: {error!r}")
                time.sleep(0.2)

    def look_on(self) -> None:
        while self.go.is_set():
            try:
                self.officer.see(f"stats/summary?programme={self.scene.code}")
                self.officer.see("pickups?state=unserved")
            except (GaveUp, LookupError) as error:
                self.troubles.append(f"officer: {error!r}")
            time.sleep(0.5)

    # -- one load --------------------------------------------------------------------------------------------------
    def ask(self, n: int, *, key: str = "", patience: float = PATIENCE_S, pickup_id: UUID | None = None) -> UUID:
        """A request of a tonne or so; returns its id, made by the phone."""
        generator, site_id = self.generators[n]
        pickup_id = pickup_id or uuid7(datetime.now(UTC))
        generator.do("ask", "pickups", self.request(pickup_id, site_id), key=key, patience=patience)
        return pickup_id

    def request(self, pickup_id: UUID, site_id: UUID) -> dict[str, Any]:
        begin = datetime.now(UTC) + timedelta(hours=2)
        return {"id": str(pickup_id), "programme": self.scene.code, "site_id": str(site_id), "category": "polymer",
                "declared_g": self.grams(pickup_id), "origin": "own_premises", "window_from": begin.isoformat(),
                "window_to": (begin + timedelta(hours=6)).isoformat()}

    def life(self, n: int) -> str:
        """From request to receipt; returns the load's id."""
        pickup_id = self.ask(n)
        hauler, job_id = self.accept(pickup_id)
        return self.fetch(n, pickup_id, hauler, job_id)

    def accept(self, pickup_id: UUID) -> tuple[Hauler, str]:
        hauler, offer_id = until(lambda: self.offer(pickup_id), f"an offer of {pickup_id}")
        return hauler, hauler.admin.do("accept", f"offers/{offer_id}/accept")["job_id"]

    def offer(self, pickup_id: UUID) -> tuple[Hauler, str] | None:
        for hauler in self.chance.sample(self.haulers, len(self.haulers)):
            for offer in hauler.admin.see("offers?state=open&limit=200")[0]["items"]:
                if offer["pickup_id"] == str(pickup_id):
                    return hauler, offer["id"]
        return None

    def fetch(self, n: int, pickup_id: UUID, hauler: Hauler, job_id: str) -> str:
        _job, match = hauler.admin.see(f"jobs/{job_id}")
        assert hauler.driver.actor.user_id
        hauler.admin.do("assign", f"jobs/{job_id}/assign-driver", {
            "driver_id": str(hauler.driver.actor.user_id), "vehicle_id": str(hauler.vehicle_id)}, match=match)
        code = self.generators[n][0].see(f"pickups/{pickup_id}")[0]["handover_code"]
        _, match = hauler.driver.see(f"jobs/{job_id}")
        load_id = str(uuid7(datetime.now(UTC)))
        hauler.driver.do("collect", f"jobs/{job_id}/collect", {
            "id": load_id, "handover_code": code, "loaded_at": datetime.now(UTC).isoformat()}, match=match)
        self.weigh(load_id, self.grams(pickup_id))
        _, match = hauler.driver.see(f"consignments/{load_id}")
        hauler.driver.do("deliver", f"consignments/{load_id}/deliver", match=match)
        _, match = self.recycler.see(f"consignments/{load_id}")
        self.recycler.do("receive", f"consignments/{load_id}/receipt", {
            "accepted_g": self.grams(pickup_id) - 1000, "refused_g": 1000, "reason": "impurity",
            "occurred_at": datetime.now(UTC).isoformat()}, match=match)
        with self.lock:
            self.lives += 1
        return load_id

    def weigh(self, load_id: str, net_g: int) -> None:
        with self.lock:
            self.tickets += 1
            ticket = f"T{self.tickets}"
        _, match = self.recycler.see(f"consignments/{load_id}")
        self.recycler.do("weigh", f"consignments/{load_id}/weighing", {
            "scale_id": str(self.scale_id), "ticket_number": ticket, "occurred_at": datetime.now(UTC).isoformat(),
            "gross_g": 3 * TONNE + net_g, "tare_g": 3 * TONNE}, match=match)

    @staticmethod
    def grams(pickup_id: UUID) -> int:
        """Another mass for each request, so that no tonne can be taken for another."""
        return TONNE + pickup_id.int % 100_000 * 10


def until(look: Callable[[], Any], what: str, seconds: float = PATIENCE_S) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
