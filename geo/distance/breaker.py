"""Whoever has failed several times in a row is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

FAILURES, PAUSE_S = 3, 30.0


class Breaker:
    """Closed (ask), open (do not), and after the pause half open: one may try, the others wait for how it went."""

    def __init__(self, *, failures: int = FAILURES, pause_s: float = PAUSE_S,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self.failures, self.pause_s, self.clock = failures, pause_s, clock
        self.failed = 0
        self.until = 0.0
        self._one_by_one = Lock()

    def may_ask(self) -> bool:
        with self._one_by_one:
            if self.failed < self.failures:
                return True
            if self.clock() < self.until:
                return False
            self.until = self.clock() + self.pause_s  # whoever comes while this one tries
            return True

    def answered(self) -> None:
        self.failed = 0

    def failed_again(self) -> None:
        with self._one_by_one:
            self.failed += 1
            self.until = self.clock() + self.pause_s
