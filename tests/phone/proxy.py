"""A bad network: a TCP proxy before the house that delays, loses questions and answers, cuts them short and sends them twice.

It reads one whole request, decides its fate by a seeded die, and counts what it did. One request per connection.
"""

from __future__ import annotations

import asyncio
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Of a hundred requests; the rest goes through.
FATES = {"answer_lost": 30, "question_lost": 8, "answer_cut": 6, "sent_twice": 10, "slow": 10, "fine": 36}
SLOW_S = 0.3
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class BadNetwork:
    def __init__(self, port: int, seed: int) -> None:
        self.upstream, self.chance = port, random.Random(seed)
        self.done: Counter[str] = Counter()
        self.queues = 0
        self.port = 0

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            question = await whole(reader)
            fate = self.chance.choices(list(FATES), list(FATES.values()))[0]
            if question.startswith(b"POST /api/v1/ops ") and not self.queues:
                fate = "answer_lost"  # once for certain: a queue that was done and is not known to be
            self.queues += question.startswith(b"POST /api/v1/ops ")
            self.done[fate] += 1
            if fate == "slow":
                await asyncio.sleep(self.chance.random() * SLOW_S)
            if fate != "question_lost":
                asked = [self.ask(question) for _ in range(2 if fate == "sent_twice" else 1)]
                answer = self.chance.choice(await asyncio.gather(*asked))
                if fate == "answer_cut":
                    answer = answer[:self.chance.randrange(len(answer))]
                if fate != "answer_lost":
                    writer.write(answer)
                    await writer.drain()
        writer.close()

    async def ask(self, question: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        writer.write(question)
        answer = await reader.read(-1)  # the house closes, as it was asked to
        writer.close()
        return answer


async def whole(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    return head + await reader.readexactly(int(length[1]) if length else 0)


@contextmanager
def bad_network(port: int, *, seed: int) -> Iterator[BadNetwork]:
    """The proxy before `port`, in a thread with a loop of its own; its `port` is where phones connect."""
    network, up, loop = BadNetwork(port, seed), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with await asyncio.start_server(network.pass_on, "127.0.0.1", 0, backlog=500) as server:
            network.port = server.sockets[0].getsockname()[1]
            up.set()
            await stop.wait()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield network
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
