"""RESP2 by hand, so that nothing is lost of it: a status is no string, an error is a value."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from attrs import define, frozen


@frozen
class Status:
    """`+OK` and the like."""

    text: str


@frozen
class Error:
    """`-ERR ...`, at the top or inside an array."""

    text: str


Value: TypeAlias = "int | bytes | Status | Error | list[Value] | None"
Argument: TypeAlias = "str | bytes | int"


@define
class Resp:
    """One connection to a server. Calls go one after the other."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    async def __call__(self, *command: Argument) -> Value:
        return (await self.pipeline([command]))[0]

    async def pipeline(self, commands: Sequence[Sequence[Argument]]) -> list[Value]:
        self._writer.write(b"".join(map(packed, commands)))
        await self._writer.drain()
        return [await self._value() for _ in commands]

    async def aclose(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    def abort(self) -> None:
        """Closes without waiting."""
        self._writer.transport.abort()

    async def _value(self) -> Value:
        line = await self._reader.readuntil(b"\r\n")
        kind, rest = line[:1], line[1:-2]
        match kind:
            case b"+":
                return Status(rest.decode())
            case b"-":
                return Error(rest.decode(errors="replace"))
            case b":":
                return int(rest)
            case b"$":
                return await self._bulk(int(rest))
            case b"*":
                count = int(rest)
                return None if count < 0 else [await self._value() for _ in range(count)]
        raise ValueError(f"no RESP2: {line!r}")

    async def _bulk(self, size: int) -> bytes | None:
        if size < 0:
            return None
        return (await self._reader.readexactly(size + 2))[:-2]


async def connected(
    port: int, password: str | None = None, db: int = 0, *, host: str = "127.0.0.1"
) -> Resp:
    """A connection to a server."""
    resp = Resp(*await asyncio.open_connection(host, port, limit=1 << 26))
    if password is not None:
        await resp("AUTH", password)
    if db:
        await resp("SELECT", db)
    return resp


def packed(command: Sequence[Argument]) -> bytes:
    """A command as the server reads it."""
    parts = [b"*%d\r\n" % len(command)]
    for argument in command:
        raw = argument if isinstance(argument, bytes) else str(argument).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)
