"""A request's receipt at every moment, and what of it is kept."""

from contextlib import suppress

import pytest
from attrs import evolve

from src.application.delivery import LiveDelivery
from src.application.drains import Drains
from src.application.passage import Passage
from src.application.performance import Performance
from src.application.request import Request
from src.application.transcript import Transcript
from src.domain.catalogue import Provider, ProviderKey
from src.domain.dialects import openai_chat
from src.domain.dialects.wire import Wire
from src.domain.errors import Cut, ProviderRefused, StreamBroken, UpstreamError
from src.domain.journey import Attempt, Journey
from src.domain.prices import Prices
from src.domain.pricing import Price
from src.domain.receipt import Ending, Usage
from src.domain.router import Plan, Stop
from tests.support import golden
from tests.support.clock import TurnedClock
from tests.support.playback import Listener, Recorded

KEY = ProviderKey("k1", "sk-secret-secret")
PROVIDER = Provider("p", "https://p.example", keys=(KEY,), headers=(("x-org", "org-secret"),))
#: Three and five nano-USD a token.
PRICES = Prices({"p": {"m": Price(3000, 5000)}})
STOP = Stop(PROVIDER, "m", "asked for")
BODY = b'{"model":"m","messages":[1],"stream":true}'
SAID = Usage(11, 7, cached_tokens=4, reasoning_tokens=2)
WHOLE = golden.wire((*golden.TEXT, golden.USAGE))


def passage() -> Passage:
    clock = TurnedClock()
    now = clock.monotonic()
    request = Request("id", openai_chat.request.read(BODY), "c", now, clock.now())
    return Passage(clock, request, Listener(), Journey(Plan((STOP,)), clock.now() + 9), now + 9)


async def performed(at: Passage, *pieces: bytes | UpstreamError) -> Performance:
    """An attempt that got these pieces, and is still counted as under way."""
    transcript = Transcript()
    at.performance = Performance(
        upstream=Recorded(list(pieces)),
        clock=at.clock,
        request=at.request,
        attempt=Attempt(STOP, KEY),
        wire=Wire.between("openai_chat", "openai_chat"),
        delivery=LiveDelivery(at.caller, at.clock, lambda: at.receipt("completed"), transcript),
        drains=Drains(),
        deadline=at.deadline,
        started=at.clock.monotonic(),
        heard=lambda headers: None,
    )
    with suppress(StreamBroken, UpstreamError):
        await at.performance.perform()
    return at.performance


def over(at: Passage, performance: Performance, outcome: str) -> None:
    performance.under_way = False
    at.record(performance.attempt, outcome, None, performance.started)


async def test_what_is_told_so_far_is_what_would_be_charged() -> None:
    """While it is under way the attempt counts as the one that serves."""
    at = passage()
    await performed(at, *WHOLE[:3], Cut("gone"))
    so_far = at.so_far().receipt

    assert ("internal", 200) == (so_far.ending, so_far.status)
    assert Usage(len(BODY) // 4, 2, estimated=True) == so_far.usage
    assert ["served"] == [attempt.outcome for attempt in so_far.attempts]


async def test_an_answer_is_kept_once_all_of_it_was_read() -> None:
    """And not a moment sooner."""
    at = passage()
    assert at.answer() is None
    await performed(at, *WHOLE[:4], Cut("gone"))
    assert at.answer() is None
    await performed(at, *WHOLE)

    found = at.answer()
    assert found is not None
    assert b"".join(golden.wire(golden.TEXT)) == found.body


@pytest.mark.parametrize(
    ("pieces", "ending", "expected"),
    [
        (WHOLE, "completed", SAID),
        ((*WHOLE[:3], Cut("gone")), "upstream_error", Usage(len(BODY) // 4, 2, estimated=True)),
        ((*WHOLE[:1], Cut("gone")), "upstream_error", None),
        (WHOLE, "client_gone", SAID),
        ((*WHOLE[:1], Cut("gone")), "client_gone", None),
    ],
    ids=["finished", "cut", "cut before it began", "left", "left before it began"],
)
async def test_a_receipt_has_the_usage_of_what_was_delivered(
    pieces: tuple[bytes | UpstreamError, ...], ending: Ending, expected: Usage | None
) -> None:
    """Also of what would have been, had its caller stayed; and its attempt has the same."""
    at = passage()
    over(at, await performed(at, *pieces), "served")
    receipt = at.receipt(ending)

    assert (expected, expected) == (receipt.usage, receipt.attempts[-1].usage)


@pytest.mark.parametrize(
    ("pieces", "ending", "cost"),
    [
        (WHOLE, "completed", 11 * 3 + 7 * 5),
        ((*WHOLE[:3], Cut("gone")), "upstream_error", len(BODY) // 4 * 3 + 2 * 5),
        ((*WHOLE[:1], Cut("gone")), "upstream_error", None),
    ],
    ids=["finished", "cut", "cut before it began"],
)
async def test_a_receipt_has_the_cost_of_what_was_delivered(
    pieces: tuple[bytes | UpstreamError, ...], ending: Ending, cost: int | None
) -> None:
    """While it is under way and when it is over, with its attempt; none where no price is known."""
    for prices, expected in ((PRICES, cost), (Prices(), None)):
        at = evolve(passage(), prices=prices)
        performance = await performed(at, *pieces)
        under_way = at.receipt(ending)
        over(at, performance, "served")
        receipt = at.receipt(ending)

        assert (expected, expected) == (receipt.cost, receipt.attempts[-1].cost)
        assert receipt.cost == under_way.cost == under_way.attempts[-1].cost


async def test_a_request_that_never_was_at_a_provider_has_no_usage() -> None:
    """However it ended."""
    receipt = passage().receipt("client_gone")

    assert (None, (), 0) == (receipt.usage, receipt.attempts, receipt.bytes_out)


async def test_no_key_of_ours_is_in_what_a_caller_is_told() -> None:
    """Nor a header of the operator's: providers repeat what they were sent."""
    at = passage()
    words = "you sent sk-secret-secret of org-secret"
    told = at.safe(ProviderRefused(words, body=words.encode()))

    assert isinstance(told, ProviderRefused)
    assert "secret-secret" not in told.message + told.body.decode()
    assert "org-secret" not in told.message + told.body.decode()
