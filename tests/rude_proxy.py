"""A TCP proxy that cuts connections at random moments, keeps answers back, and can be down."""

import asyncio
import random
import threading
from collections import Counter
from contextlib import suppress
from enum import StrEnum
from typing import Self


class Rude(StrEnum):
    """What is done to some of what a client sends."""

    BEFORE = "the server never sees it"
    MIDDLE = "the server sees half of it"
    AFTER = "the server's answer is cut off"
    SLOW = "it arrives late"


SLOW_SECONDS = 1.5


class RudeProxy:
    """`rate`: how much of what clients send meets with rudeness; `met` counts it."""

    def __init__(self, port: int, dice: random.Random) -> None:
        self.rate = 0.0
        self.met: Counter[Rude] = Counter()
        self.port = 0
        self._to, self._dice = port, dice
        self._down = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def down(self) -> None:
        """From now on nobody is let through, and nobody stays connected."""
        self._down = True
        self._loop.call_soon_threadsafe(self._cut)

    def up(self) -> None:
        self._down = False

    def _cut(self) -> None:
        for writer in tuple(self._open):
            writer.transport.abort()

    def _run(self) -> None:
        async def begin() -> asyncio.Server:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            return server

        server = self._loop.run_until_complete(begin())
        self._loop.run_forever()
        server.close()
        for task in (tasks := asyncio.all_tasks(self._loop)):
            task.cancel()
        if tasks:
            self._loop.run_until_complete(asyncio.wait(tasks))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the end
            await self._pass_on(reader, writer)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._down:
            writer.transport.abort()
            return
        try:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, to_writer}
        self._open |= both
        mute = asyncio.Event()
        try:
            await asyncio.gather(
                self._forth(reader, to_writer, mute, both), self._back(to_reader, writer, mute)
            )
        finally:
            for one in both:
                one.transport.abort()
            self._open -= both

    async def _forth(
        self,
        reader: asyncio.StreamReader,
        to: asyncio.StreamWriter,
        mute: asyncio.Event,
        both: set[asyncio.StreamWriter],
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                rude = self._rude()
                if rude in {Rude.BEFORE, Rude.MIDDLE}:
                    if rude is Rude.MIDDLE:
                        to.write(data[: len(data) // 2])
                        await to.drain()
                    break
                if rude is Rude.AFTER:
                    mute.set()
                if rude is Rude.SLOW:
                    await asyncio.sleep(self._dice.uniform(0, SLOW_SECONDS))
                to.write(data)
                await to.drain()
        for one in both:
            one.close()

    def _rude(self) -> Rude | None:
        if self._dice.random() >= self.rate:
            return None
        rude = self._dice.choice(tuple(Rude))
        self.met[rude] += 1
        return rude

    async def _back(
        self, reader: asyncio.StreamReader, to: asyncio.StreamWriter, mute: asyncio.Event
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if mute.is_set():
                    break
                to.write(data)
                await to.drain()
        to.close()
