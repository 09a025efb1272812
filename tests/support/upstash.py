"""A stand-in for Upstash: its REST API on this machine, before a real server.

It speaks RESP2 to that server by hand, so that a status and a string differ. What it bills is
what Upstash bills: every command, those inside scripts too (`tests/support/counting.py`).
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit

from attrs import define, field, frozen

from .listening import listening
from .resp import Error, Resp, Value, connected
from .upstash_faults import WRONGPASS, Dropped, Fault, Hang, Late, Plan, Refuses, Said, Torn, always
from .upstash_rest import Asked, Command, Malformed, asked, barred, member, token_of

TOKEN = "AYc4ASQgN2JlLWZha2UtdG9rZW4tMDEyMzQ1Njc4OQ"
READ_ONLY = "AoYc4ASQgcmVhZC1vbmx5LWZha2UtdG9rZW4tMDEyMw"
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed"}


@frozen
class Heard:
    """One HTTP request, as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    #: Which connection, counted from 0.
    connection: int


@frozen
class Answer:
    status: int
    body: bytes
    content_type: str = "application/json"


@define(eq=False)
class Upstash:
    """What a test sees and turns."""

    redis: str
    port: int = 0
    plan: Plan = field(factory=lambda: always(None))
    heard: list[Heard] = field(factory=list)
    connections: int = 0
    #: The writes so far, as Upstash's opaque token tells them.
    _version: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def trips(self) -> int:
        return len(self.heard)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until the other side goes or a fault ends it."""
        number, self.connections = self.connections, self.connections + 1
        redis = await _behind(self.redis)
        try:
            while await self._exchange(await _request(reader, number), writer, redis):
                pass
        finally:
            redis.abort()

    async def _exchange(self, heard: Heard, writer: asyncio.StreamWriter, redis: Resp) -> bool:
        """False: the connection is over."""
        self.heard.append(heard)
        answer, fault = await self._answer(heard, redis)
        match fault:
            case Hang():
                await asyncio.Event().wait()
            case Dropped():
                return False
            case Late(seconds):
                await asyncio.sleep(seconds)
            case Torn(after):
                writer.write(self._head(answer) + answer.body[:after])
                await writer.drain()
                writer.close()
                await writer.wait_closed()
                return False
        writer.write(self._head(answer) + answer.body)
        await writer.drain()
        return True

    async def _answer(self, heard: Heard, redis: Resp) -> tuple[Answer, Fault | None]:
        if heard.method not in ("GET", "HEAD", "POST", "PUT"):
            return _error(405, "ERR method not allowed"), None
        token = token_of(heard.target, heard.headers)
        if token not in (TOKEN, READ_ONLY):
            return _error(401, WRONGPASS), None
        try:
            wanted = asked(heard.method, heard.target, heard.body)
        except Malformed as error:
            return _error(400, str(error)), None
        fault = self.plan(wanted.commands)
        if isinstance(fault, Hang) or (isinstance(fault, Dropped | Said) and not fault.applied):
            return (_said(fault) if isinstance(fault, Said) else Answer(200, b"")), fault
        encoded = heard.headers.get("upstash-encoding") == "base64"
        values = await self._values(wanted, redis, fault, read_only=token == READ_ONLY)
        return _said(fault) if isinstance(fault, Said) else _shaped(wanted, values, encoded), fault

    async def _values(
        self, wanted: Asked, redis: Resp, fault: Fault | None, *, read_only: bool
    ) -> list[Value]:
        if isinstance(fault, Refuses):
            return [Error(fault.text) for _ in wanted.commands]
        self._version += 1
        if wanted.shape == "multi-exec":
            return await _transaction(redis, wanted.commands, read_only)
        return [
            barred(command, read_only=read_only) or await redis(*command)
            for command in wanted.commands
        ]

    def _head(self, answer: Answer) -> bytes:
        lines = [
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Other')}",
            f"content-type: {answer.content_type}",
            f"content-length: {len(answer.body)}",
            f"upstash-sync-token: v{self._version}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()


@asynccontextmanager
async def standing_in(redis: str, port: int = 0) -> AsyncIterator[Upstash]:
    """Listens on this machine before the server at that URL."""
    upstash = Upstash(redis)
    async with listening(upstash.serve, port) as upstash.port:
        yield upstash


async def _behind(url: str) -> Resp:
    parts = urlsplit(url)
    password = unquote(parts.password) if parts.password else None
    return await connected(
        parts.port or 6379, password, int(parts.path.strip("/") or 0), host=parts.hostname or ""
    )


async def _request(reader: asyncio.StreamReader, number: int) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.removesuffix("\r\n\r\n").split("\r\n")
    method, target, _ = line.split(" ")
    pairs = [one.partition(":") for one in fields]
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, target, headers, body, number)


async def _transaction(redis: Resp, commands: Sequence[Command], read_only: bool) -> list[Value]:
    """All or nothing. A single error: it was discarded."""
    await redis("MULTI")
    spoiled = False
    for command in commands:
        queued = barred(command, read_only=read_only) or await redis(*command)
        spoiled = spoiled or isinstance(queued, Error)
    if spoiled:
        await redis("DISCARD")
        return [Error("EXECABORT Transaction discarded because of previous errors.")]
    done = await redis("EXEC")
    return done if isinstance(done, list) else [done]


def _shaped(wanted: Asked, values: list[Value], encoded: bool) -> Answer:
    told = [member(value, encoded=encoded) for value in values]
    discarded = wanted.shape == "multi-exec" and str(told[0].get("error")).startswith("EXECABORT")
    if wanted.shape != "one" and not discarded:
        return Answer(200, json.dumps(told).encode())
    return Answer(400 if "error" in told[0] else 200, json.dumps(told[0]).encode())


def _said(fault: Said) -> Answer:
    return Answer(fault.status, fault.body, fault.content_type)


def _error(status: int, text: str) -> Answer:
    return Answer(status, json.dumps({"error": text}).encode())
