"""A register as the bank's files tell it, and the bank's answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Debtor:
    """Whose account pays. `purpose`: КНП."""

    name: str
    identity_number: str
    iban: str
    bic: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """One order. Its id is what the bank's answer names it by."""

    order_id: UUID
    claim_number: int
    act_number: str
    contract_number: str
    payee: str
    identity_number: str
    is_person: bool
    iban: str
    amount_tiyn: int


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """`at`: when it was approved, which is the day it is to be executed on."""

    register_id: UUID
    number: int
    at: datetime
    debtor: Debtor
    transfers: Sequence[Transfer]

    @property
    def amount_tiyn(self) -> int:
        return sum(one.amount_tiyn for one in self.transfers)


@dataclass(frozen=True, slots=True)
class Answer:
    """The bank's word on one order. `row` counts from 1 as a person would, in the bank's file."""

    row: int
    order_id: UUID
    paid: bool
    bank_reference: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row of the bank's file (row 0: with all of it)."""

    row: int
    name: str  # of the field
    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A bank's file as it was read. With `faults` nothing of it counts. `pending`: rows the bank has not decided yet."""

    answers: Sequence[Answer]
    faults: Sequence[Fault]
    pending: int = 0
    all_rejected: str | None = None  # the bank refused the whole file, with this reason


#: More rows than any register may have; a file that is longer is refused before it is looked at.
MAX_ROWS = 20_000
