"""A caller on a raw socket: says exactly these bytes, keeps exactly what came back, and when."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from attrs import define, field

from . import golden

#: No answer in any test takes this long; a hang becomes a failure.
PATIENCE = 20.0


@define(eq=False)
class Heard:
    """One answer as the caller saw it. Instants are the event loop's seconds."""

    status: int
    headers: list[tuple[str, str]]
    at: float
    #: The body as it came: when, and what, without the chunked framing.
    pieces: list[tuple[float, bytes]] = field(factory=list)
    #: Whether the body ended as HTTP says it must (last chunk, or the whole length).
    whole: bool = False
    ended_at: float = 0.0

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def body(self) -> bytes:
        return b"".join(data for _, data in self.pieces)

    @property
    def json(self) -> golden.Json:
        return json.loads(self.body)

    @property
    def error(self) -> golden.Json:
        """The one error: of the body, or of the stream's last event."""
        payload = self.body if self.header("content-type") == "application/json" else self.data[-1]
        found: golden.Json = json.loads(payload)["error"]
        return found

    @property
    def data(self) -> list[bytes]:
        """The data of each event of a stream, in order."""
        return [line[6:] for line in self.body.splitlines() if line.startswith(b"data: ")]

    @property
    def chunks(self) -> list[golden.Json]:
        """The JSON of each event but `[DONE]`."""
        return [json.loads(data) for data in self.data if data != golden.DONE]

    @property
    def content(self) -> str:
        """What the first choice of a stream said."""
        said = (c["choices"][0]["delta"].get("content") for c in self.chunks if c.get("choices"))
        return "".join(filter(None, said))

    @property
    def done(self) -> bool:
        """Whether the stream claims to be complete."""
        return golden.DONE in self.data


@define(eq=False)
class Line:
    """An open connection to the relay."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    def leave(self) -> None:
        """Goes away at once, whatever is still coming."""
        self.writer.transport.abort()

    async def head(self) -> Heard:
        """Status and headers; what went before (100 Continue) is skipped."""
        while True:
            raw = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *fields = raw.removesuffix("\r\n\r\n").split("\r\n")
            code = int(first.split(" ")[1])
            if code >= 200:
                break
        pairs = [text.partition(":") for text in fields]
        headers = [(name.lower(), value.strip()) for name, _, value in pairs]
        return Heard(code, headers, asyncio.get_running_loop().time())

    async def body(self, heard: Heard) -> AsyncIterator[bytes]:
        """The pieces of the body as they come, kept in `heard` as well."""
        try:
            if heard.header("transfer-encoding") == "chunked":
                while size := int(await self.reader.readuntil(b"\r\n"), 16):
                    yield _keep(heard, (await self.reader.readexactly(size + 2))[:-2])
                await self.reader.readuntil(b"\r\n")
            elif size := int(heard.header("content-length") or 0):
                yield _keep(heard, await self.reader.readexactly(size))
            heard.whole = True
        except (asyncio.IncompleteReadError, ConnectionError):
            heard.whole = False
        heard.ended_at = asyncio.get_running_loop().time()

    async def answer(self) -> Heard:
        """The whole answer, however it ends."""
        async with asyncio.timeout(PATIENCE):
            heard = await self.head()
            async for _ in self.body(heard):
                pass
        return heard


@asynccontextmanager
async def line(base_url: str) -> AsyncIterator[Line]:
    """A connection of one's own, closed at the end of the block."""
    address = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 24)
    try:
        yield Line(reader, writer)
    finally:
        writer.transport.abort()
        # Lets the transport report its end, so that nothing outlives the test.
        await asyncio.sleep(0)


def request(
    path: str = "/v1/chat/completions",
    body: bytes = b"",
    *,
    method: str = "POST",
    headers: Iterable[tuple[str, str]] = (),
    key: str | None = None,
    media: str | None = "application/json",
) -> bytes:
    """A request as bytes; a length is said unless a framing header is among `headers`."""
    said = [("Host", "relay.test"), *headers]
    said += [("Authorization", f"Bearer {key}")] if key else []
    said += [("Content-Type", media)] if media and body else []
    names = {name.lower() for name, _ in said}
    if not names & {"content-length", "transfer-encoding"} and (body or method == "POST"):
        said.append(("Content-Length", str(len(body))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in said)
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body


async def send(base_url: str, data: bytes) -> Heard:
    """These bytes on a new connection, and the whole answer."""
    async with line(base_url) as open_line:
        open_line.say(data)
        return await open_line.answer()


def asking(
    model: str = "gpt-4o",
    *,
    stream: bool = False,
    messages: Sequence[golden.Json] = (),
    **more: golden.Json,
) -> bytes:
    """The body of a chat request."""
    said = messages or [{"role": "user", "content": "Hi"}]
    return golden.dump(
        {"model": model, "messages": list(said)} | ({"stream": True} if stream else {}) | more
    )


def _keep(heard: Heard, data: bytes) -> bytes:
    heard.pieces.append((asyncio.get_running_loop().time(), data))
    return data
