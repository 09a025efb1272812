"""A built function, run as the platform runs it: its own bootstrap, its socket, its headers."""

import asyncio
import itertools
import json
import signal
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import define, field

from tests.support import golden
from tests.support.caller import Heard, asking, request, send

from .building import Built
from .ipc import Event, Ipc

#: No function takes so long to start, and no answer here so long to end.
PATIENCE = 30.0
CLIENT_KEY = "sk-relay-the-function-test-0123456789"
#: What three variables make, and nothing else.
THREE = {
    "RELAY_API_KEY": CLIENT_KEY,
    "RELAY_ADMIN_KEY": "adm-the-function-test-0123456789",
    "RELAY_SIGNING_SECRET": "sig-the-function-test-0123456789",
}


@define(eq=False)
class Function:
    """One instance. Requests are numbered as the platform numbers them."""

    process: asyncio.subprocess.Process
    ipc: Ipc
    said: Path
    started: Event
    #: CPU seconds when it had started.
    cpu: float
    _numbers: Iterator[int] = field(factory=lambda: itertools.count(1))

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.started.payload['httpPort']}"

    def next(self) -> int:
        return next(self._numbers)

    async def ask(
        self, *, stream: bool = False, model: str = "gpt-4o", number: int = 0, **more: golden.Json
    ) -> Heard:
        """A chat request, and its whole answer."""
        body = asking(model, stream=stream, **more)
        return await self.send(self.asking(body, number=number or self.next()))

    async def ask_claude(self, said: str = "Hi") -> Heard:
        """A message of Anthropic's, and its whole answer."""
        body = golden.dump(
            {"model": "gpt-4o", "max_tokens": 9, "messages": [{"role": "user", "content": said}]}
        )
        told = [*headers(self.next()), ("anthropic-version", "2023-06-01")]
        return await self.send(request("/v1/messages", body, headers=told, key=CLIENT_KEY))

    def asking(self, body: bytes, *, number: int, seconds: float = 300.0) -> bytes:
        """A chat request as bytes, as the platform hands it on."""
        return request(body=body, key=CLIENT_KEY, headers=headers(number, seconds=seconds))

    async def get(self, path: str, *said: tuple[str, str], key: str | None = None) -> Heard:
        """A GET, as the platform hands it on."""
        told = [*headers(self.next()), *said]
        return await self.send(request(path, method="GET", headers=told, key=key))

    async def send(self, data: bytes) -> Heard:
        return await send(self.base_url, data)

    async def ended(self, number: int, within: float = PATIENCE) -> Event:
        """The platform was told that this request is over."""
        return await self.ipc.until(lambda e: e.type == "end" and e.request == number, within)

    def is_over(self, number: int) -> bool:
        return any(e.type == "end" and e.request == number for e in self.ipc.events)

    def logged(self) -> str:
        """Everything it wrote, by whatever way."""
        lines = "".join(event.text for event in self.ipc.events if event.type == "log")
        return lines + _read(self.said)

    def burnt(self) -> float:
        """CPU seconds so far, of all its threads."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(path.read_text().split()[0]) for path in tasks) / 1e9

    def terminate(self) -> None:
        """SIGTERM, as before the platform takes an instance away."""
        self.process.send_signal(signal.SIGTERM)


def headers(
    number: int, *, seconds: float = 300.0, extra: Iterable[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """What the platform adds to a request that may take so many seconds."""
    end = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    return [
        ("x-vercel-internal-invocation-id", f"invocation-{number}"),
        ("x-vercel-internal-request-id", str(number)),
        ("x-vercel-internal-deadline", end),
        ("x-vercel-id", f"iad1::{number}-1700000000000-0123456789ab"),
        ("x-vercel-deployment-url", "relay-abc.vercel.app"),
        ("x-vercel-forwarded-for", "203.0.113.7"),
        ("x-vercel-ip-country", "CH"),
        ("x-vercel-oidc-token", "the-platforms-own-token"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "relay.test"),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7;host=relay.test;proto=https"),
        *extra,
    ]


@asynccontextmanager
async def running(built: Built, environ: dict[str, str]) -> AsyncIterator[Function]:
    """An instance with these variables of its project, ended after the block."""
    with tempfile.TemporaryDirectory(prefix="fn-") as folder:  # a socket's path is short
        ipc, path, said = Ipc(), Path(folder) / "ipc", Path(folder) / "said"
        server = await asyncio.start_unix_server(ipc.serve, path, limit=1 << 24)
        with said.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *(built.python, "-c", "import vc__handler__python"),
                cwd=built.folder,
                env=_environment(built, path) | environ,
                stdout=out,
                stderr=out,
            )
        try:
            yield await _started(process, ipc, said)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            server.close()
            await server.wait_closed()


def _environment(built: Built, path: Path) -> dict[str, str]:
    told: dict[str, str] = json.loads(built.told.read_bytes())["environment"]
    return {**told, "PATH": "/usr/bin:/bin", "VERCEL": "1", "VERCEL_IPC_PATH": str(path)}


async def _started(process: asyncio.subprocess.Process, ipc: Ipc, said: Path) -> Function:
    done = asyncio.create_task(process.wait())
    up = asyncio.create_task(ipc.until(lambda event: event.type == "server-started", PATIENCE))
    await asyncio.wait({done, up}, return_when=asyncio.FIRST_COMPLETED)
    done.cancel()
    if not up.done():
        up.cancel()
        raise AssertionError(f"it did not start: {_read(said)}")
    function = Function(process, ipc, said, started=up.result(), cpu=0.0)
    function.cpu = function.burnt()
    return function


def _read(said: Path) -> str:
    return said.read_text("utf-8", "replace")
