"""Passes connections on: from a listening socket that the platform holds to a port that a program has bound itself.

``python -m dotcloud.platform.forward PORT``; the socket is descriptor 3. It belongs to one instance of one release, so
that the next release, with a port of its own, can come up beside it. Told to end, it accepts no more, closes what waits
for nothing and finishes the rest. Standard library only.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds a visitor waits for a program that is being started again
BACKLOG = 2048
LINGER = 0.5  # seconds after an answer until a connection counts as one that waits for nothing
COURTESY = 5.0  # seconds for visitors that make no pause; then their next question is not taken, for them to ask again
CHUNK = 1 << 16


@dataclass(eq=False)
class Connection:
    """A visitor's, and whether the last word was the program's."""

    task: asyncio.Task[None] | None
    answered: bool = False
    at: float = field(default_factory=time.monotonic)

    @property
    def idle(self) -> bool:
        return self.answered and time.monotonic() - self.at > LINGER

    def close(self) -> None:
        if self.task:
            self.task.cancel()


class Forwarder:
    """:param port: of the program."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.open: set[Connection] = set()
        self.deaf = False

    async def run(self) -> None:
        """Until SIGTERM, and as long as somebody waits for an answer."""
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        server = await asyncio.start_server(self.accept, sock=socket.socket(fileno=3), backlog=BACKLOG)
        await told.wait()
        server.close()
        end = time.monotonic() + COURTESY
        while self.open:
            self.deaf = time.monotonic() > end
            for connection in self.open:
                if connection.idle:
                    connection.close()
            await asyncio.sleep(0.05)

    async def accept(self, reader: asyncio.StreamReader, visitor: asyncio.StreamWriter) -> None:
        """One visitor, until the program has nothing more to say."""
        connection = Connection(asyncio.current_task())
        self.open.add(connection)
        try:
            with suppress(OSError, asyncio.CancelledError):
                answers, program = await self._connect()
                connection.answered, connection.at = True, time.monotonic()
                asking = asyncio.create_task(self._pass(connection, reader, program, False))
                try:
                    await self._pass(connection, answers, visitor, True)
                finally:
                    asking.cancel()
                    program.close()
        finally:
            visitor.close()
            with suppress(OSError):
                await visitor.wait_closed()  # what is on its way to a slow visitor goes first
            self.open.discard(connection)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return await asyncio.open_connection(HOST, self.port)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.05)

    async def _pass(
        self, connection: Connection, source: asyncio.StreamReader, target: asyncio.StreamWriter, answers: bool
    ) -> None:
        with suppress(OSError):
            while chunk := await source.read(CHUNK):
                if self.deaf and connection.answered and not answers:
                    connection.close()
                    return
                connection.answered, connection.at = answers, time.monotonic()
                target.write(chunk)
                await target.drain()
            target.write_eof()


if __name__ == "__main__":
    asyncio.run(Forwarder(int(sys.argv[1])).run())
