"""Many sessions at once: each a thread with a database connection of its own, opened once and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from collection.kernel.db import in_transaction
from collection.kernel.refusals import Refusal

Verb = Callable[[], Any]
PATIENCE_S = 60


class Crowd:
    """`run(verbs)` releases them together, each in a transaction of its own; gives what each returned or raised."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._doors: list[SimpleQueue[Verb | None]] = [SimpleQueue() for _ in range(size)]
        self._ends: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._threads = [Thread(target=self._serve, args=(n,), daemon=True) for n in range(size)]
        for thread in self._threads:
            thread.start()
        self._gather(self.size)

    def run(self, verbs: Sequence[Verb]) -> list[Any]:
        assert len(verbs) <= self.size
        gate = Barrier(len(verbs))

        def released(verb: Verb) -> Verb:
            def go() -> Any:
                gate.wait(PATIENCE_S)
                return in_transaction(verb)
            return go

        for door, verb in zip(self._doors, verbs, strict=False):
            door.put(released(verb))
        return self._gather(len(verbs))

    def close(self) -> None:
        for door in self._doors:
            door.put(None)
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def _gather(self, number: int) -> list[Any]:
        ends = dict(self._ends.get(timeout=PATIENCE_S) for _ in range(number))
        return [ends[n] for n in range(number)]

    def _serve(self, n: int) -> None:
        with connection.cursor() as cursor:  # as the running house connects
            cursor.execute("SET ROLE house_app")
        self._ends.put((n, None))
        while (verb := self._doors[n].get()) is not None:
            try:
                end = verb()
            except BaseException as error:
                end = error
            self._ends.put((n, end))
        connection.close()


class Session:
    """One person who can be stopped in the middle: after `begin` the verb is done, and everything it holds is held."""

    def __init__(self) -> None:
        self._door: SimpleQueue[Verb | None] = SimpleQueue()
        self._end: SimpleQueue[Any] = SimpleQueue()
        self._done: SimpleQueue[None] = SimpleQueue()
        self._go: SimpleQueue[None] = SimpleQueue()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.pid: int = self._end.get(timeout=PATIENCE_S)

    def begin(self, verb: Verb) -> None:
        """Run the verb and stop before its transaction commits."""
        def stopped() -> Any:
            try:
                return verb()
            finally:
                self._done.put(None)
                self._go.get(timeout=PATIENCE_S)

        self._door.put(stopped)
        self._done.get(timeout=PATIENCE_S)

    def start(self, verb: Verb) -> None:
        """Run the verb to its end, in the background."""
        self._door.put(verb)

    def proceed(self) -> None:
        self._go.put(None)

    def end(self) -> str:
        """How it ended: the name of the refusal, or "done"."""
        end = self._end.get(timeout=PATIENCE_S)
        if isinstance(end, BaseException) and not isinstance(end, Refusal):
            raise end
        return type(end).__name__ if isinstance(end, Refusal) else "done"

    def close(self) -> None:
        self._door.put(None)
        self._thread.join(PATIENCE_S)

    def _serve(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE house_app")
            cursor.execute("SELECT pg_backend_pid()")
            self._end.put(cursor.fetchone()[0])
        while (verb := self._door.get()) is not None:
            try:
                end = in_transaction(verb)
            except BaseException as error:
                end = error
            self._end.put(end)
        connection.close()
