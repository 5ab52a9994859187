"""The main job, each step by the person who does it, over HTTP with tokens got through one-time codes."""

from __future__ import annotations

import json
import random
import time
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api.local.phone import Phone, Refused
from api.local.processes import Running
from collection.demo import cast
from collection.demo.cast import FIRST, Season
from collection.kernel.calendar import ALMATY

PROGRAMME = "ecoqolday-live"
SITE = [76.9286, 43.2567]  # central Almaty
FAR = [51.1667, 43.65]  # Aktau: the live programme has no collector there
TONNE = 1_000_000


class Wrong(AssertionError):
    """A step ended otherwise than it must."""


@dataclass
class Step:
    step: str
    ok: bool
    ms: int
    why: str = ""


class MainJob:
    """Runs the steps in order; a failed one is reported and ends the job."""

    def __init__(self, house: Running, messages: Path, *, season: Season = FIRST,
                 say: Callable[[str], None] = print) -> None:
        self.house, self.messages, self.season, self.say = house, messages, season, say
        self.steps: list[Step] = []
        self.chance = random.SystemRandom()
        self.it: dict[str, Any] = {}
        self.phones: list[Phone] = []

    def run(self) -> bool:
        """True when every step went as it must; telephones are put down either way."""
        try:
            return self._run()
        finally:
            for phone in self.phones:
                phone.http.close()

    def _run(self) -> bool:
        for name, do in self.script():
            started = time.perf_counter()
            try:
                do()
                step = Step(name, True, round((time.perf_counter() - started) * 1000))
            except (Wrong, Refused, TimeoutError, KeyError, IndexError) as error:
                step = Step(name, False, round((time.perf_counter() - started) * 1000), repr(error))
            self.steps.append(step)
            self.say(f"  {'ok  ' if step.ok else 'FAIL'} {step.ms:>7,} ms  {step.step}{'  ' + step.why if step.why else ''}")
            if not step.ok:
                return False
        return True

    def script(self) -> list[tuple[str, Callable[[], None]]]:
        return [
            ("everybody signs in with a one-time code", self.sign_in),
            ("a generator registers with a BIN and adds a site: the point yields region, district and KATO", self.register),
            ("before submission it is told that the category is payable and served there", self.check),
            ("it submits 5.000 t of polymer; the same key again changes nothing", self.submit),
            ("three collectors are offered it at once, nearest first", self.offered),
            ("one accepts; a second is refused and told at once; the winner's repeat gets the same answer", self.accept),
            ("the driver collects with the generator's hand-over code, never with a wrong one", self.collect),
            ("the load is weighed: net 4.620 t on a calibrated scale; the ticket cannot be used twice", self.weigh),
            ("it is delivered; the recycler accepts 4.240 t and refuses 0.380 t with a reason", self.receive),
            ("the recycler confirms a processing batch", self.process),
            ("sealed facts accrue to money by the dated tariff, per stage and contract", self.accrue),
            ("claims are made, submitted with act and e-invoice, and verified by the inspector", self.claim),
            ("a second person approves; who verified may not", self.approve),
            ("a register is prepared, approved by a second finance officer, and paid by the bank's result", self.pay),
            ("a collector's own load, without a pickup, goes the same way", self.own_load),
            ("unanswered offers expire by the database clock and the next wave goes out", self.expire),
            ("nobody is eligible in Mangystau: the unserved queue explains why", self.unserved),
            ("every step left its notices: inbox entries, and pushes that reached FCM", self.notices),
            ("the manager reads the five tonnages and the money by month, region, category and contract kind", self.statistics),
        ]

    # -- people -------------------------------------------------------------------------------------------------
    def phone(self, number: str) -> Phone:
        self.phones.append(Phone(self.house.base_url, number, messages=self.messages))
        return self.phones[-1].sign_in()

    def sign_in(self) -> None:
        it = self.it
        it["generator"] = self.phone(f"+77016{self.chance.randrange(10**6):06d}")
        it["collectors"] = [self.phone(number) for number in self.season.collectors]
        for collector in it["collectors"]:
            collector.act_as("collector_admin")
        it["recyclers"] = [self.phone(number) for number in self.season.recyclers]
        for role, number in cast.OFFICERS.items():
            it[role] = self.phone(number)
        for person in (it["generator"], *it["collectors"]):
            person.put(f"/devices/{person.device}", {
                "kind": "token", "value": f"demo-{person.device}", "platform": "android", "language": "ru"})
        it["before"] = it["manager"].get("/stats/summary", programme=PROGRAMME)

    def register(self) -> None:
        generator: Phone = self.it["generator"]
        made = generator.post("/generators", {
            "programme": PROGRAMME, "kind": "company", "name": "Demo generator",
            "identity_number": cast.company_number(self.chance.randrange(9_000), series=self.chance.choice((2, 3, 4, 6)))})
        site = generator.post("/sites", {
            "name": "Shop", "address": "Abai 10", "point": {"type": "Point", "coordinates": SITE}})
        must(site["region_kato"] == "750000000" and site["district_kato"].startswith("75"), site)
        self.it |= {"organisation": made["organisation_id"], "site": site["id"]}

    # -- a request ----------------------------------------------------------------------------------------------
    def request(self, **changes: Any) -> dict[str, Any]:
        tomorrow = datetime.now(UTC) + timedelta(hours=2)
        return {
            "programme": PROGRAMME, "site_id": self.it["site"], "category": "polymer", "declared_g": 5 * TONNE,
            "origin": "own_premises", "window_from": tomorrow.isoformat(),
            "window_to": (tomorrow + timedelta(hours=6)).isoformat(), **changes,
        }

    def check(self) -> None:
        told = self.it["generator"].post("/pickups/check", self.request())
        must(told["payable"] and told["served"], told)
        told = self.it["generator"].post("/pickups/check", self.request(origin="central_municipal"))
        must(not told["payable"] and "origin_excluded" in told["reasons"], told)

    def submit(self) -> None:
        key, body = str(uuid.uuid4()), self.request()
        first = self.it["generator"].post("/pickups", body, key=key)
        again = self.it["generator"].post("/pickups", body, key=key)
        must(first["id"] == again["id"], again)
        self.it["pickup"] = first["id"]

    def offers_for(self, pickup: str, *, state: str = "open") -> list[tuple[Phone, dict[str, Any]]]:
        return [
            (collector, offer)
            for collector in self.it["collectors"]
            for offer in collector.get("/offers", state=state)["items"] if offer["pickup_id"] == pickup
        ]

    def offered(self) -> None:
        offers = until(lambda: self.offers_for(self.it["pickup"]), lambda found: len(found) == 3, "three offers")
        offers.sort(key=lambda pair: pair[1]["rank"])
        distances = [offer["distance_m"] for _, offer in offers]
        must(distances == sorted(distances), distances)
        self.it["offers"] = offers

    def accept(self) -> None:
        (winner, won), (loser, lost), _ = self.it["offers"]
        first = winner.post(f"/offers/{won['id']}/accept")
        must(refused(lambda: loser.post(f"/offers/{lost['id']}/accept")) == "offer_already_taken")
        must(winner.post(f"/offers/{won['id']}/accept")["job_id"] == first["job_id"])
        until(lambda: {n["event"] for n in loser.get("/notifications")["items"]}, lambda found: "offer.taken" in found,
              "the loser's notice")
        self.it |= {"winner": winner, "job": first["job_id"], "collector_contract": first["contract_id"]}

    # -- kilograms ----------------------------------------------------------------------------------------------
    def collect(self) -> None:
        winner: Phone = self.it["winner"]
        driver = self.it["driver"] = self.phone(self.season.driver_of(self.season.collectors.index(winner.number)))
        lorry = next(v for v in winner.get("/vehicles")["items"] if v["payload_g"] >= 20 * TONNE)
        winner.act(f"/jobs/{self.it['job']}", "assign-driver", {
            "driver_id": driver.get("/me")["id"], "vehicle_id": lorry["id"]})
        driver.post(f"/jobs/{self.it['job']}/en-route")
        driver.post(f"/jobs/{self.it['job']}/arrive")
        code = self.it["generator"].get(f"/pickups/{self.it['pickup']}")["handover_code"]
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        body = {"loaded_at": now_text(), "handover_code": wrong}
        must(refused(lambda: driver.act(f"/jobs/{self.it['job']}", "collect", body)) == "handover_code_wrong")
        loaded = driver.act(f"/jobs/{self.it['job']}", "collect", body | {"handover_code": code})
        self.it["consignment"] = loaded["id"]

    def recycler_of(self, consignment: str) -> tuple[Phone, dict[str, Any]]:
        for recycler in [*self.it["recyclers"], self.it["collectors"][-1]]:
            try:
                return recycler, recycler.get(f"/consignments/{consignment}")
            except Refused:
                continue
        raise Wrong(f"no recycler sees {consignment}")

    def weigh(self) -> None:
        self.it["recycler"], load = self.recycler_of(self.it["consignment"])
        self.it["recycler_contract"] = load["recycler_contract_id"]
        scale = self.it["scale"] = self.it["recycler"].get("/scales")["items"][0]["id"]
        ticket = {"scale_id": scale, "ticket_number": f"D{self.chance.randrange(10**9)}", "occurred_at": now_text(),
                  "gross_g": 12_620_000, "tare_g": 8_000_000}
        self.it["recycler"].act(f"/consignments/{self.it['consignment']}", "weighing", ticket)
        load = self.it["recycler"].get(f"/consignments/{self.it['consignment']}")
        must(load["state"] == "weighed" and load["net_g"] == 4_620_000, load)
        self.it["ticket"] = ticket

    def receive(self) -> None:
        path = f"/consignments/{self.it['consignment']}"
        self.it["driver"].act(path, "deliver")
        self.it["recycler"].act(path, "receipt", {
            "accepted_g": 4_240_000, "refused_g": 380_000, "reason": "impurity", "occurred_at": now_text()})
        must(self.it["recycler"].get(path)["state"] == "received")

    def process(self) -> None:
        self.it["recycler"].post("/batches", {
            "contract_id": self.it["recycler_contract"], "category": "polymer",
            "consignment_ids": [self.it["consignment"]], "product_g": 3_500_000, "byproduct_g": 340_000,
            "loss_g": 400_000, "occurred_at": now_text()})
        must(self.it["recycler"].get(f"/consignments/{self.it['consignment']}")["state"] == "processed")

    # -- money --------------------------------------------------------------------------------------------------
    def accrue(self) -> None:
        lines = until(
            lambda: self.it["winner"].get(f"/consignments/{self.it['consignment']}")["money"],
            lambda found: sum(one.get("amount_tiyn") or 0 for one in found) > 0, "accrual lines")
        self.it["money"] = {one["stage"]: one for one in lines}

    def claim(self) -> None:
        self.it["claims"] = []
        for person, contract in ((self.it["winner"], self.it["collector_contract"]),
                                 (self.it["recycler"], self.it["recycler_contract"])):
            month = datetime.now(ALMATY).strftime("%Y-%m")
            made = person.post("/claims", {"contract_id": contract, "month": month})
            mark, declared = self.chance.randrange(10**9), person.get("/claims/declaration")["code"]
            person.act(f"/claims/{made['id']}", "submit", {
                "act_number": f"ACT-{mark}", "einvoice_number": f"ESF-{mark}", "declaration": declared})
            self.it["inspector"].act(f"/claims/{made['id']}", "verify")
            self.it["claims"].append(made["id"])

    def approve(self) -> None:
        for claim in self.it["claims"]:
            must(refused(lambda claim=claim: self.it["inspector"].act(f"/claims/{claim}", "approve")) is not None)  # type: ignore[misc]
            answer = self.it["finance"].act(f"/claims/{claim}", "approve")
            must(answer["state"] == "approved", answer)

    def pay(self) -> None:
        register = self.it["finance"].post("/registers", {"programme": PROGRAMME, "claim_ids": self.it["claims"]})
        path = f"/registers/{register['id']}"
        must(refused(lambda: self.it["finance"].act(path, "approve")) is not None)
        self.it["second_finance"].act(path, "approve")
        orders = self.it["finance"].get(path)["orders"]
        self.it["finance"].act(path, "results", {"results": [
            {"order_id": order["id"], "paid": True, "bank_reference": f"BANK-{uuid.uuid4().hex[:12]}"} for order in orders]})
        for claim in self.it["claims"]:
            must(self.it["finance"].get(f"/claims/{claim}")["state"] == "paid")

    def own_load(self) -> None:
        collector: Phone = self.it["collectors"][1]
        mine = collector.get("/contracts")["items"][0]
        theirs = self.it["recyclers"][0].get("/contracts")["items"][0]
        made = collector.post("/consignments", {
            "collector_contract_id": mine["id"], "recycler_contract_id": theirs["id"], "category": "paper",
            "origin": "separate_collection", "point": {"type": "Point", "coordinates": SITE}, "loaded_at": now_text(),
            "plate": "777 DEM 02"})
        path, recycler = f"/consignments/{made['id']}", self.it["recyclers"][0]
        scale = recycler.get("/scales")["items"][0]["id"]
        recycler.act(path, "weighing", {
            "scale_id": scale, "ticket_number": f"O{self.chance.randrange(10**9)}", "occurred_at": now_text(),
            "gross_g": 18 * TONNE, "tare_g": 9 * TONNE})
        collector.act(path, "deliver")
        recycler.act(path, "receipt", {"accepted_g": 9 * TONNE, "refused_g": 0, "occurred_at": now_text()})
        recycler.post("/batches", {
            "contract_id": theirs["id"], "category": "paper", "consignment_ids": [made["id"]], "product_g": 8 * TONNE,
            "byproduct_g": TONNE, "loss_g": 0, "occurred_at": now_text()})
        must(recycler.get(path)["state"] == "processed")

    # -- waves --------------------------------------------------------------------------------------------------
    def expire(self) -> None:
        manager: Phone = self.it["manager"]
        before, version = manager.see(f"/programmes/{PROGRAMME}")
        manager.patch(f"/programmes/{PROGRAMME}", {"offer_life_s": 10}, version=version)
        try:
            pickup = self.it["generator"].post("/pickups", self.request(category="glass"))["id"]
            first = until(lambda: self.offers_for(pickup), lambda found: len(found) == 3, "the first wave")
            second = until(lambda: self.offers_for(pickup), lambda found: found and found[0][1]["wave"] == 2,
                           "the second wave", seconds=40)
            must({o["id"] for _, o in first}.isdisjoint(o["id"] for _, o in second))
            must(len(self.offers_for(pickup, state="expired")) == 3)
            self.it["generator"].act(f"/pickups/{pickup}", "cancel", {"reason": "no_longer_needed"})
        finally:
            _, version = manager.see(f"/programmes/{PROGRAMME}")
            manager.patch(f"/programmes/{PROGRAMME}", {"offer_life_s": before["offer_life_s"]}, version=version)

    def unserved(self) -> None:
        site = self.it["generator"].post("/sites", {
            "name": "Depot", "point": {"type": "Point", "coordinates": FAR}})
        pickup = self.it["generator"].post("/pickups", self.request(site_id=site["id"]))["id"]
        until(lambda: self.it["manager"].get(f"/pickups/{pickup}")["state"], lambda state: state == "unserved",
              "the unserved queue")
        explained = self.it["manager"].get(f"/pickups/{pickup}/dispatch-explanation")
        must(all(not one["eligible"] and not one["verdicts"]["region"] for one in explained["contracts"]), explained)
        self.it["generator"].act(f"/pickups/{pickup}", "cancel", {"reason": "no_longer_needed"})

    # -- what is left behind ------------------------------------------------------------------------------------
    def notices(self) -> None:
        events = {one["event"] for one in self.it["generator"].get("/notifications")["items"]}
        must({"pickup.submitted", "pickup.accepted"} <= events, events)
        until(lambda: self.pushed(), lambda found: len(found) >= 5, "pushes at FCM")

    def pushed(self) -> list[Any]:
        with urllib.request.urlopen(f"{self.house.fcm_url}/messages", timeout=5) as answer:
            found = json.load(answer)
        return list(found["messages"] if isinstance(found, dict) else found)

    def statistics(self) -> None:
        manager, before = self.it["manager"], self.it["before"]["figures"]
        after = manager.get("/stats/summary", programme=PROGRAMME)["figures"]
        for measure, grams in (("declared_g", 5 * TONNE), ("collected_g", 13_620_000), ("received_g", 13_240_000),
                               ("recycled_g", 13_240_000), ("paid_g", 4_240_000)):
            must(after[measure] - before[measure] >= grams, (measure, before[measure], after[measure]))
        must(after["paid_tiyn"] > before["paid_tiyn"], after)
        for group in ("month", "region", "category", "contract_kind"):
            series = manager.get("/stats/series", programme=PROGRAMME, group_by=group)
            for measure in ("declared_g", "collected_g", "received_g", "recycled_g", "paid_tiyn"):
                total = sum(row["figures"][measure] for row in series["items"])
                must(total == after[measure], (group, measure, total, after[measure]))


def must(condition: object, saw: object = "") -> None:
    if not condition:
        raise Wrong(str(saw)[:500])


def refused(call: Callable[[], Any]) -> str | None:
    """The code of the refusal; None when it was not refused."""
    try:
        call()
    except Refused as error:
        return str(error.problem.get("code"))
    return None


def until(look: Callable[[], Any], enough: Callable[[Any], Any], what: str, *, seconds: float = 20) -> Any:
    """Look every 0.2 s until it is enough."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if enough(found):
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} s; last seen: {str(found)[:300]}")
        time.sleep(0.2)


def now_text() -> str:
    return datetime.now(UTC).isoformat()
