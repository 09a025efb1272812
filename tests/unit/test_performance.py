"""One attempt's own time: whose fault it is when it runs out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from src.adapters.http.asgi import Message
from src.adapters.http.caller import HttpCaller
from src.application.delivery import LiveDelivery
from src.application.performance import Performance
from src.application.request import Request
from src.domain.catalogue import Provider, ProviderKey
from src.domain.dialects import openai_chat
from src.domain.errors import DeadlineExceeded, Silent
from src.domain.journey import Attempt
from src.domain.ports import Call, Reply
from src.domain.receipt import Receipt
from src.domain.router import Stop
from tests.support.clock import TurnedClock

NOW = 1_000.0
KEY = ProviderKey("k1", "sk-secret-secret")
ATTEMPT = Attempt(Stop(Provider("p", "https://p.example", keys=(KEY,)), "m", ""), KEY)
RECEIPT = Receipt("id", NOW, "c", "", "m", stream=False)


class NeverAnswers:
    """An upstream of which nothing is heard."""

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[Reply]:
        raise Silent("no status in time")
        yield


async def _receive() -> Message:
    return {}


def performance(clock: TurnedClock, *, since: float, left: float, stream: str) -> Performance:
    """An attempt that began `since` seconds ago and may go on for `left` seconds."""
    now = clock.monotonic()
    body = b'{"model":"m","messages":[1],"stream":' + stream.encode() + b"}"
    caller, blank = HttpCaller(_receive, lambda _: asyncio.sleep(0), "id"), RECEIPT
    return Performance(
        upstream=NeverAnswers(),
        clock=clock,
        request=Request("id", openai_chat.request.read(body), "c", now, NOW),
        attempt=ATTEMPT,
        delivery=LiveDelivery(caller, clock, lambda: blank, first_event_at=now),
        deadline=now + left,
        started=now - since,
    )


@pytest.mark.parametrize(
    ("since", "left", "expected"),
    [(0.3, 0.0, DeadlineExceeded), (61.0, 0.0, Silent), (0.3, 60.0, Silent)],
    ids=["hurried", "had its time", "time is left"],
)
async def test_a_callers_own_hurry_is_not_the_providers_fault(
    since: float, left: float, expected: type[Exception]
) -> None:
    """Or a few callers with tiny deadlines would open a breaker for everybody (reliability 4.2)."""
    with pytest.raises(expected):
        await performance(TurnedClock(), since=since, left=left, stream="true").perform()


async def test_a_whole_answer_is_not_slow_to_its_first_token() -> None:
    """Nobody sees its beginning: half a minute of reasoning must not open the breaker."""
    clock = TurnedClock()

    assert 0.0 == performance(clock, since=90.0, left=9.0, stream="false").waited
    assert 90.0 == pytest.approx(performance(clock, since=90.0, left=9.0, stream="true").waited)
