"""A stretch of wire that can be cut, stopped or made to lose the answers: before PostgreSQL, Redis and the web.

It knows nothing of what it carries. One thread with an event loop of its own serves all wires of an estate.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

PIECE = 1 << 16


class Loop:
    """The thread in which wires live."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True, name="wires")
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


class Wire:
    """From `path` (a unix socket) or a loopback port of its own to `target`, a path or a port that may be changed.

    open      everything passes
    cut       standing connections are reset, new ones are closed at once
    silent    connections stand, nothing passes (SYN and bytes vanish: a network that went away)
    deaf      questions pass, answers are withheld and the connection is closed: `caught` is set at the first
    """

    def __init__(self, loop: Loop, target: Path | int, path: Path | None = None) -> None:
        self.loop, self.target, self.path = loop, target, path
        self.mode, self.caught = "open", threading.Event()
        self.standing: set[asyncio.StreamWriter] = set()
        self.port = loop.run(self.serve())

    async def serve(self) -> int:
        if self.path is not None:
            await asyncio.start_unix_server(self.carry, str(self.path), backlog=500)
            self.path.chmod(0o777)
            return 0
        server = await asyncio.start_server(self.carry, "127.0.0.1", 0, backlog=500)
        return int(server.sockets[0].getsockname()[1])

    def becomes(self, mode: str) -> None:
        self.mode = mode
        self.caught.clear()
        if mode == "cut":
            self.loop.run(self.drop())

    async def drop(self) -> None:
        for writer in list(self.standing):
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "cut":
            writer.close()
            return
        try:
            there = await (asyncio.open_unix_connection(str(self.target)) if isinstance(self.target, Path)
                           else asyncio.open_connection("127.0.0.1", self.target))
        except OSError:
            writer.close()
            return
        both = {writer, there[1]}
        self.standing |= both
        pumps = [asyncio.ensure_future(self.pump(reader, there[1], answers=False)),
                 asyncio.ensure_future(self.pump(there[0], writer, answers=True))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self.standing -= both
            for one in both:
                one.close()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(ConnectionError, OSError):
            while piece := await reader.read(PIECE):
                while self.mode == "silent":
                    await asyncio.sleep(0.05)
                if answers and self.mode == "deaf":
                    self.caught.set()
                    return
                writer.write(piece)
                await writer.drain()
