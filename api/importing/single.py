"""One file over HTTP: all of it or nothing, every row's error by its line in the file. Repeatable where the verb is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from collection.accounts import queries as accounts
from collection.contracts import operations as contracts
from collection.custody import operations as custody
from collection.kernel.actor import Actor
from collection.kernel.refusals import Defect, NotFound, Refusal, Unprocessable
from collection.registry import queries as registry

from . import table
from .files import FILES, Cells, File, Found
from .table import maybe, text
from .taking import Taking, take

Take = Callable[[datetime, str, Sequence[Any]], Sequence[Any]]


@dataclass(slots=True)
class Here(Taking):
    """Rows name what is registered here already: companies by BIN or IIN, places by their owner and name."""

    places: dict[str, dict[tuple[UUID, str], UUID]] = field(default_factory=dict)

    def find(self, file: str, key: str) -> UUID:
        if (file, key) not in self.found:
            self.found[file, key] = self._look(file, key)
        return Taking.find(self, file, key)

    def _look(self, file: str, key: str) -> UUID | None:
        number, _, name = key.partition(" ")
        try:
            owner = accounts.organisation_named(number)
        except NotFound:
            return None
        return owner if file == "contractors.csv" else registry.place_named(file.removesuffix(".csv"), owner, name)


def import_file(file: File, data: bytes, *, at: datetime, programme: str, does: Take) -> list[Any]:
    """What `does` gives for the rows of the file, in their order.

    Errors: Unprocessable with every defect at `/lines/N/column`, line 1 being the header.
    """
    taking = Here(at, programme, before={})
    done: list[Any] = []

    def noted(at: datetime, programme: str, new: Sequence[Any]) -> Sequence[UUID | None]:
        done[:] = does(at, programme, new)
        return [None] * len(new)

    take(taking, replace(file, take=noted), data)
    if taking.wrong:
        raise Unprocessable(defects=[
            Defect(f"/lines/{one.line}/{one.column}".rstrip("/"), one.code, {"detail": one.detail} if one.detail else {})
            for one in taking.wrong])
    return done


def _file(name: str) -> File:
    return next(one for one in FILES if one.name == name)


def import_contracts(actor: Actor, at: datetime, programme: str, data: bytes) -> int:
    """contracts.csv as drafts: each waits for its second person. How many."""
    return len(import_file(_file("contracts.csv"), data, at=at, programme=programme, does=lambda at, programme, new:
                           contracts.draw_up_contracts(actor=actor, at=at, contracts=new)))


def import_tariffs(actor: Actor, at: datetime, programme: str, data: bytes, *, reason: str) -> Any:
    """tariffs.csv as one proposed change, which waits for its second person."""
    def propose(at: datetime, programme: str, new: Sequence[Any]) -> Sequence[Any]:
        try:
            change = contracts.propose_tariff_change(actor=actor, at=at, programme=programme, tariffs=new, reason=reason)
        except Refusal as refusal:  # a change is a list, also of one; here its rows are spoken of as other files' are
            start = "/tariffs/0" if len(new) == 1 else "/tariffs"
            raise type(refusal)(defects=[replace(one, pointer=one.pointer.removeprefix(start)) for one in refusal.defects],
                                **refusal.fields) from None
        return [change] * len(new)

    done = import_file(_file("tariffs.csv"), data, at=at, programme=programme, does=propose)
    if not done:
        raise Unprocessable(defects=[Defect("/lines", "empty")])
    return done[0]


def _scale_row(cells: Cells, programme: str, found: Found) -> custody.ScaleRow:
    return custody.ScaleRow(cells["scale"], cells["ticket"], cells["weighed_at"], cells["gross_t"], cells["tare_t"],
                            cells["load"], cells["plate"], cells["manual"])


JOURNAL = File("journal.csv", {
    "scale": text, "ticket": text, "weighed_at": table.moment, "gross_t": table.tonnes, "tare_t": table.tonnes,
    "load": maybe(table.whole), "plate": maybe(text, ""), "manual": maybe(table.yes, False)},
    ("scale", "ticket", "weighed_at"), _scale_row, lambda at, programme, new: [],
    {"ticket_number": "ticket", "occurred_at": "weighed_at", "gross_g": "gross_t", "tare_g": "tare_t"})


def import_journal(actor: Actor, at: datetime, data: bytes) -> list[custody.Read]:
    """A scale-house's journal: what became of each row."""
    return import_file(JOURNAL, data, at=at, programme="", does=lambda at, programme, new:
                       custody.import_weighings(actor=actor, at=at, rows=new))
