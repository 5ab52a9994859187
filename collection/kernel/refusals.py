"""How a verb says no.

A refusal is a named class beside the verb that refuses. Its `kind` says what sort of no it is, in words;
only the door (`api/http/problems.py`) knows which status number belongs to a kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from .words import Words


class Kind(StrEnum):
    MALFORMED = "malformed"  # the request cannot be read
    UNPROCESSABLE = "unprocessable"  # readable, but the programme's rules forbid it
    NOT_FOUND = "not_found"  # unknown, or another organisation's
    FORBIDDEN = "forbidden"  # the role may never do this
    UNAUTHENTICATED = "unauthenticated"
    CONFLICT = "conflict"  # not in this state
    GONE = "gone"  # it was, and is over
    STALE = "stale"  # the caller saw an older version
    PRECONDITION_MISSING = "precondition_missing"
    TOO_MANY = "too_many"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong with one field. `pointer` is a JSON pointer into the request, "" for the whole."""

    pointer: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """The base of every refusal. `fields` go to the client as they are: plain JSON values only."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    words: ClassVar[Words] = Words("Бас тартылды", "Отказано", "Refused")

    def __init__(self, *, defects: Iterable[Defect] = (), **fields: Any) -> None:
        self.defects = tuple(defects)
        self.fields = fields
        super().__init__(self.code, fields or list(self.defects))


class NotFound(Refusal):
    """Unknown, or not the caller's to see: the two are told apart nowhere."""

    code = "not_found"
    kind = Kind.NOT_FOUND
    words = Words("Табылмады", "Не найдено", "Not found")


class Unprocessable(Refusal):
    """The values can be read but the programme's rules forbid them; `defects` lists them all."""

    code = "invalid"
    kind = Kind.UNPROCESSABLE
    words = Words("Деректер қабылданбады", "Данные не приняты", "The values were not accepted")


class WrongState(Refusal):
    """The verb is not allowed in the object's present state. Fields: `state`, `allowed_actions`."""

    code = "wrong_state"
    kind = Kind.CONFLICT
    words = Words("Бұл күйде мүмкін емес", "Невозможно в этом состоянии", "Not possible in this state")


class StaleVersion(Refusal):
    """The caller's If-Match names an older version of the row."""

    code = "stale_version"
    kind = Kind.STALE
    words = Words("Нұсқа ескірген", "Версия устарела", "The object has changed since you read it")


class IdTaken(Refusal):
    """The phone's own id already belongs to something else; whose it is stays unsaid."""

    code = "id_taken"
    words = Words("Бұл идентификатор бос емес", "Этот идентификатор занят", "This id is already in use")


class SamePerson(Refusal):
    """Nobody says the second yes to what they had in hand themselves."""

    code = "same_person"
    kind = Kind.FORBIDDEN
    words = Words("Екінші адам бекітуі керек", "Утвердить должен другой человек", "A second person must do this")
