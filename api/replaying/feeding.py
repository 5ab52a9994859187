"""Generators, sites and requests, made through the API in the order of the file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.local.phone import Refused as ApiRefused
from collection.demo.cast import company_number_of

from .ids import key_of, request_id
from .mapping import Mapping, Unusable
from .rows import Refused, Wanted
from .sender import Sender

#: So many made-up numbers are tried for one generator: somebody may have the first already.
NUMBERS_TRIED = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: accepted now, known from an earlier run, or refused with a code and why.

    `remarks`: why an accepted one will not be paid for, or is served by nobody there.
    """

    line: int
    id: str
    outcome: str  # accepted | known | refused
    code: str = ""
    why: str = ""
    number: int | None = None
    declared_g: int = 0
    mass_assumed: bool = False
    remarks: tuple[str, ...] = ()


@dataclass
class Holder:
    """A generator: the membership to act with, and its sites by name."""

    membership_id: str
    organisation_id: str
    sites: dict[str, str]


class Feeder:
    """One person, who registers every generator of the file and acts for each in turn."""

    def __init__(self, sender: Sender, mapping: Mapping) -> None:
        self.sender, self.mapping = sender, mapping
        self.holders: dict[str, Holder] = {}
        self.acting = ""

    def check(self) -> None:
        """Unusable unless the programme is there and synthetic, and knows every category and code of the mapping."""
        defects = []
        try:
            programme = self.sender.get(f"/programmes/{self.mapping.programme}")
        except ApiRefused as error:
            raise Unusable("The mapping", [
                f"/programme: {self.mapping.programme!r}: {error.problem['title']}"]) from error
        if not programme["synthetic"]:
            defects.append(f"/programme: {self.mapping.programme!r} is not synthetic; "
                           "made-up generators have no place in it")
        codes = {one["code"]: one["waste_codes"] for one in self.sender.get("/catalog")["categories"]}
        for value, choice in self.mapping.categories.items():
            if choice.category and choice.category not in codes:
                defects.append(f"/categories/{value}/category: the programme has no {choice.category!r}, only "
                               f"{', '.join(codes)}")
            elif choice.category and choice.waste_code and choice.waste_code not in codes[choice.category]:
                defects.append(f"/categories/{value}/waste_code: {choice.waste_code} is not one of {choice.category}: "
                               f"{', '.join(codes[choice.category])}")
        if defects:
            raise Unusable("The mapping", defects)

    def feed(self, rows: list[Wanted | Refused]) -> Iterator[Outcome]:
        """Send what may be sent, row by row, and say what became of each."""
        for row in rows:
            yield self.send(row) if isinstance(row, Wanted) else Outcome(row.line, row.id, "refused", row.code, row.why)

    def send(self, row: Wanted) -> Outcome:
        try:
            holder = self._holder(row)
            self._act_for(holder.membership_id)
            made, known = self._submit(row, self._site(holder, row))
        except ApiRefused as error:
            return Outcome(row.line, row.id, "refused", *reason(error.problem))
        return Outcome(row.line, row.id, "known" if known else "accepted", number=made["number"],
                       declared_g=made["declared_g"], mass_assumed=made["mass_assumed"],
                       remarks=tuple(made.get("checked", {}).get("reasons", ())))

    def _submit(self, row: Wanted, site_id: str) -> tuple[dict[str, Any], bool]:
        pickup_id = request_id(programme=self.mapping.programme, source=self.mapping.name, row_id=row.id)
        body = {
            "id": str(pickup_id), "programme": self.mapping.programme, "site_id": site_id, "category": row.category,
            "waste_code": row.waste_code, "declared_g": row.declared_g, "mass_assumed": row.mass_assumed,
            "origin": self.mapping.origin, "window_from": row.window_from.isoformat(),
            "window_to": row.window_to.isoformat(), "note": f"{self.mapping.name} {row.id}",
            # A shifted request is asked for now; only a date that was kept tells when it really was.
            **({"occurred_at": row.requested_at.isoformat()} if self.mapping.dates.mode == "keep" else {}),
        }
        try:
            return self.sender.post("/pickups", body, key=pickup_id)
        except ApiRefused as error:
            if error.problem["code"] not in ("id_taken", "idempotency_key_reused"):
                raise
            # Sent by an earlier run, with other dates or another mapping. Unless it is somebody else's.
            try:
                return self.sender.get(f"/pickups/{pickup_id}"), True
            except ApiRefused:
                raise error from None

    def _holder(self, row: Wanted) -> Holder:
        """The generator of this row's area, registered with its first site and enrolled if it is not there yet."""
        if row.area not in self.holders:
            for attempt in range(NUMBERS_TRIED):
                body = {"programme": self.mapping.programme, "kind": "company", "name": row.area,
                        "identity_number": company_number_of(f"{row.area}/{attempt}"), "site": site_json(row)}
                try:
                    self.sender.post("/generators", body, key=key_of("/generators", body))
                except ApiRefused as error:
                    if error.problem["code"] not in ("already_enrolled", "organisation_exists"):
                        raise
                found = next((one for one in self.sender.get("/me")["memberships"]
                              if one["organisation_name"] == row.area and one["role"] == "generator_admin"), None)
                if found:
                    self.acting = ""  # registering may have changed it
                    self._act_for(found["id"])
                    self.holders[row.area] = Holder(found["id"], found["organisation_id"], dict(self._sites()))
                    break
            else:
                raise ApiRefused(409, {"code": "organisation_exists", "title": "No number is free for this generator"})
        return self.holders[row.area]

    def _sites(self) -> Iterator[tuple[str, str]]:
        page: dict[str, Any] = {"limit": 200}
        while True:
            found = self.sender.get("/sites", **page)
            yield from ((one["name"], one["id"]) for one in found["items"])
            if not found["next_cursor"]:
                return
            page["cursor"] = found["next_cursor"]

    def _site(self, holder: Holder, row: Wanted) -> str:
        body = site_json(row)
        if body["name"] not in holder.sites:
            key = key_of("/sites", body, owner=holder.organisation_id)
            holder.sites[body["name"]] = self.sender.post("/sites", body, key=key)[0]["id"]
        return holder.sites[body["name"]]

    def _act_for(self, membership_id: str) -> None:
        if membership_id != self.acting:
            # A new key each time: an old one would only repeat the old reply.
            self.sender.post("/auth/acting", {"membership_id": membership_id}, key=uuid.uuid4())
            self.acting = membership_id


def site_json(row: Wanted) -> dict[str, Any]:
    """One site for each rounded point, called by it."""
    return {"name": f"{row.latitude}, {row.longitude}",
            "point": {"type": "Point", "coordinates": [row.longitude, row.latitude]}}


def reason(problem: dict[str, Any]) -> tuple[str, str]:
    """A refusal's code, the first defect's where it names any, and all of it in words."""
    defects = problem.get("errors") or []
    told = [f"{one['pointer']} {one['code']}{' ' + str(one['params']) if one.get('params') else ''}" for one in defects]
    return defects[0]["code"] if defects else problem["code"], "; ".join([problem.get("title", ""), *told])
