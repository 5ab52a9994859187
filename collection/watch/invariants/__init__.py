"""The twenty invariants of the design ("What must hold"), as checks that anybody may run at any time."""

from __future__ import annotations

from .check import Check, Found, Invariant
from .masses import MASSES
from .messages import MESSAGES
from .money import MONEY
from .records import RECORDS
from .standing import STANDING
from .winners import WINNERS

#: In the order of their numbers.
INVARIANTS: tuple[Invariant, ...] = tuple(
    sorted((*WINNERS, *MASSES, *MONEY, *MESSAGES, *RECORDS, *STANDING), key=lambda one: int(one.id[1:])))

__all__ = ["INVARIANTS", "Check", "Found", "Invariant"]
