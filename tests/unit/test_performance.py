"""One attempt's own time: whose fault it is when it runs out; and what it has used by then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from src.application.delivery import LiveDelivery
from src.application.drains import Drains
from src.application.performance import Performance
from src.application.request import Request
from src.domain.catalogue import Provider, ProviderKey
from src.domain.dialects import openai_chat
from src.domain.dialects.wire import Wire
from src.domain.errors import Cut, DeadlineExceeded, Silent, StreamBroken
from src.domain.journey import Attempt
from src.domain.ports import Call, Reply, Upstream
from src.domain.receipt import Receipt, Usage
from src.domain.router import Stop
from tests.support import golden
from tests.support.clock import TurnedClock
from tests.support.playback import Listener, Recorded

NOW = 1_000.0
KEY = ProviderKey("k1", "sk-secret-secret")
ATTEMPT = Attempt(Stop(Provider("p", "https://p.example", keys=(KEY,)), "m", ""), KEY)
RECEIPT = Receipt("id", NOW, "c", "", "m", stream=False)
BODY = b'{"model":"m","messages":[1],"stream":%s}'


class NeverAnswers:
    """An upstream of which nothing is heard."""

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[Reply]:
        raise Silent("no status in time")
        yield


def performance(
    upstream: Upstream, *, since: float = 0.0, left: float = 9.0, stream: str = "true"
) -> Performance:
    """An attempt that began `since` seconds ago and may go on for `left` seconds."""
    clock = TurnedClock()
    now = clock.monotonic()
    request = openai_chat.request.read(BODY % stream.encode())
    return Performance(
        upstream=upstream,
        clock=clock,
        request=Request("id", request, "c", now, NOW),
        attempt=ATTEMPT,
        wire=Wire.between("openai_chat", "openai_chat"),
        delivery=LiveDelivery(Listener(), clock, lambda: RECEIPT),
        drains=Drains(),
        deadline=now + left,
        started=now - since,
        heard=lambda headers: None,
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
        await performance(NeverAnswers(), since=since, left=left).perform()


async def test_a_whole_answer_is_not_slow_to_its_first_token() -> None:
    """Nobody sees its beginning: half a minute of reasoning must not open the breaker."""
    whole = performance(Recorded([golden.dump(golden.TEXT_ANSWER)]), since=90.0, stream="false")
    stream = performance(Recorded(list(golden.wire(golden.TEXT))), since=90.0)
    await whole.perform()
    await stream.perform()

    assert 0.0 == whole.waited
    assert pytest.approx(90.0, abs=5.0) == stream.waited


async def test_what_was_used_is_what_the_provider_says() -> None:
    """Whether it is counted for us alone or for the caller as well; nothing before it is said."""
    said = Usage(11, 7, cached_tokens=4, reasoning_tokens=2)
    whole = performance(Recorded([golden.dump(golden.TEXT_ANSWER)]), stream="false")
    stream = performance(Recorded(list(golden.wire((*golden.TEXT, golden.USAGE)))))
    before = [whole.usage, stream.usage]
    await whole.perform()
    await stream.perform()

    assert ([None, None], [said, said]) == (before, [whole.usage, stream.usage])


@pytest.mark.parametrize(
    ("events", "pieces"), [(golden.TEXT, 5), (golden.PARALLEL_TOOLS, 7), (golden.TWO_CHOICES, 2)]
)
async def test_a_provider_that_counts_nothing_is_estimated(
    events: tuple[bytes, ...], pieces: int
) -> None:
    """A token for each event that says something, and one for four bytes of what was asked."""
    stream = performance(Recorded(list(golden.wire(events))))
    await stream.perform()

    assert Usage(len(BODY % b"true") // 4, pieces, estimated=True) == stream.usage


async def test_a_cut_answer_is_worth_what_was_delivered() -> None:
    """Its last event was not whole, and does not count."""
    told = golden.wire(golden.TEXT)
    stream = performance(Recorded([*told[:3], told[3][:9], Cut("gone")]))

    with pytest.raises(StreamBroken):
        await stream.perform()

    assert stream.usage is not None
    assert (2, True) == (stream.usage.output_tokens, stream.usage.estimated)
