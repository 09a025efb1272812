"""A self-hosted relay that is told to stop with a hundred streams open."""

import asyncio
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import define, field

from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.domain.ports import Journal
from src.domain.receipt import Receipt
from src.domain.usage import Heading, RequestQuery, Tally, rows
from tests.hosting.served import Served, served
from tests.support import golden
from tests.support.behaviours import ended, frame, frames, opened
from tests.support.caller import Heard, asking, line, request
from tests.support.carriers import over_tcp
from tests.support.catalogue import CLIENT_KEY
from tests.support.clock import TurnedClock
from tests.support.provider import scripted
from tests.support.script import Behaviour, Seen, Send, Step, Wait
from tests.support.stores import booked
from tests.support.tally import tokens_alone

from .audit import reading

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

STREAMS, WORKERS, GRACE = 100, 2, 6
#: Seconds between two tokens; and how many a stream has: half of them end within the grace.
GAP, SHORT, LONG = 0.1, (30, 45), 400
#: A limit that is never reached: so each request reserves, and its hold is kept.
LIMITS = [{"subject": "client:test", "metric": "tokens", "window": "day", "limit": 10**9}]
WORD = golden.piece({"content": "w"})


@define(eq=False)
class Stream:
    """One of them: how many tokens its provider has for it, and what its caller got."""

    tokens: int
    began: asyncio.Event = field(factory=asyncio.Event)
    heard: Heard | None = None

    @property
    def delivered(self) -> int:
        return self.heard.body.count(b'"content":"w"') if self.heard else 0

    @property
    def end(self) -> str:
        """How the stream ended, by its last event."""
        if self.heard is None or not self.heard.whole:
            return "torn"
        return "done" if self.heard.done else str(self.heard.error["code"])


def play(streams: list[Stream]) -> Callable[[Seen], Behaviour]:
    """The provider's side."""

    def of(seen: Seen) -> Behaviour:
        stream = streams[int(json.loads(seen.body)["user"])]
        usage = {"prompt_tokens": 5, "completion_tokens": stream.tokens}
        said: list[Step] = []
        for _ in range(stream.tokens):
            said += [Wait(GAP), Send(frame(golden.event(WORD)))]
        last = (golden.piece({}, finish="stop"), golden.envelope([], usage=usage))
        return (opened(), *frames([golden.event(golden.role())]), *said,
                *frames(golden.wire(last)), ended())  # fmt: skip

    return of


async def call(relay: Served, number: int, stream: Stream) -> None:
    """One caller: hears its stream to the end, whatever that is."""
    async with asyncio.timeout(60), line(relay.base_url) as caller:
        body = asking(stream=True, user=str(number))
        tags = (("x-relay-tags", f"stream-{number}"),)
        caller.say(request(body=body, key=CLIENT_KEY, headers=tags))
        stream.heard = await caller.head()
        assert 200 == stream.heard.status
        async for _ in caller.body(stream.heard):
            if stream.delivered > 1:
                stream.began.set()


@asynccontextmanager
async def in_file(folder: Path, url: str) -> AsyncIterator[Journal]:
    async with reading(folder) as journal:
        yield journal


@asynccontextmanager
async def in_redis(folder: Path, url: str) -> AsyncIterator[Journal]:
    async with over_tcp(url) as carrier:
        yield RedisJournal(carrier, Keys(folder.name), TurnedClock())


Books = Callable[[Path, str], AbstractAsyncContextManager[Journal]]
BOOKS: dict[str, Books] = {"sqlite": in_file, "redis": in_redis}


@pytest.mark.parametrize("store", BOOKS)
async def test_a_hundred_streams_and_sigterm(tmp_path: Path, redis_url: str, store: str) -> None:
    """
    Two workers, a hundred streams, SIGTERM: each stream is complete, or ends in an error event of
    its own; and every one is in the books once, with what was delivered, and nothing is reserved.
    """
    folder = tmp_path / f"stop-{uuid4().hex}"
    folder.mkdir()
    environ = {"REDIS_URL": redis_url, "RELAY_NAMESPACE": folder.name} if store == "redis" else {}
    streams = [Stream(SHORT[n % 2] if n % 4 < 2 else LONG) for n in range(STREAMS)]
    words = ("--workers", str(WORKERS), "--grace", str(GRACE))
    async with (
        scripted(play(streams)) as one,
        served(folder, one.base_url, *words, more={"limits": LIMITS}, **environ) as relay,
    ):
        callers = [asyncio.create_task(call(relay, n, s)) for n, s in enumerate(streams)]
        await asyncio.gather(*(stream.began.wait() for stream in streams))
        shares = served_by(relay)
        relay.tell(signal.SIGTERM, group=True)
        await asyncio.gather(*callers)
        assert 0 == await relay.ended()
    async with BOOKS[store](folder, redis_url) as journal:
        found = await by_tags(journal)
        await sums_are_of(journal, found.values())
        assert () == await journal.holds()

    ends = Counter(stream.end for stream in streams)
    print(f"\n{store}: {dict(ends)}, connections by worker {shares}")
    assert {"done", "nothing_to_try"} == set(ends)
    assert STREAMS == len(found)
    for number, stream in enumerate(streams):
        booked_as_delivered(stream, found[f"stream-{number}"])


async def by_tags(journal: Journal) -> dict[str, Receipt]:
    """All receipts; no stream has two."""
    found = await journal.requests(RequestQuery(limit=10 * STREAMS))
    by_tags = {receipt.tags: receipt for receipt in found}
    assert len(found) == len(by_tags)
    return by_tags


async def sums_are_of(journal: Journal, found: Iterable[Receipt]) -> None:
    """What was added up is what stands in the receipts."""
    expected: dict[Heading, Tally] = {}
    for receipt in found:
        for window, row in rows(receipt, UTC):
            if window == "hour":
                tally = expected.get(row.heading, Tally())
                expected[row.heading] = tally + tokens_alone(row.tally)
    assert expected == await booked(journal)


def booked_as_delivered(stream: Stream, receipt: Receipt) -> None:
    """The provider's own count where it was heard; else what went out."""
    assert receipt.usage is not None
    booked, guessed = receipt.usage.output_tokens, receipt.usage.estimated
    if stream.end == "done":
        expected = ("completed", stream.tokens, stream.tokens, False)
    else:
        expected = ("internal", stream.delivered, stream.delivered, True)
    assert expected == (receipt.ending, stream.delivered, booked, guessed)


def served_by(relay: Served) -> list[int]:
    """How many sockets each worker has open."""
    return [
        sum(
            link.readlink().name.startswith("socket:") for link in Path(f"/proc/{pid}/fd").iterdir()
        )
        for pid in relay.workers
    ]
