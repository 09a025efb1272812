"""Limits, as callers and providers see them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from anthropic import RateLimitError as AnthropicRateLimitError
from attrs import evolve
from openai import RateLimitError

from src.domain.catalogue import Limit
from tests.support.behaviours import chat, ok_chat, refused, slow_first
from tests.support.caller import Heard
from tests.support.catalogue import provider, snapshot, target
from tests.support.pairs import BODY
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, running_relay
from tests.support.script import Behaviour, Script
from tests.support.sdks import talker

#: Midday in Tokyo: the day ends in twelve hours.
NOON_IN_TOKYO = 1_763_866_800.0
REQUESTS = Limit("client:test", "requests", "minute", 2)
TOKENS = Limit("client:test", "tokens", "minute", 10_000)
A_DAY = Limit("deployment", "requests", "day", 1, timezone="Asia/Tokyo")
IN_ALL = Limit("client:test", "requests", "total", 1)
TO_TWO = target("two/gpt-4o")
PLACE = Limit("client:test", "concurrency", "total", 1)


@asynccontextmanager
async def limited(
    *limits: Limit, behaviour: Behaviour | Script | None = None
) -> AsyncIterator[tuple[ScriptedProvider, Relay]]:
    async with (
        scripted(ok_chat() if behaviour is None else behaviour) as one,
        running_relay(snapshot(provider("one", one), limits=limits)) as relay,
    ):
        yield one, relay


def seconds(heard: Heard) -> int:
    """What Retry-After says."""
    return int(heard.header("retry-after") or "")


async def test_a_limit_per_minute_denies_and_says_when_to_come_back() -> None:
    """
    Two at once, then 429 with a Retry-After that is true to the second, and nobody was asked.
    """
    async with limited(REQUESTS) as (one, relay):
        heard = [await relay.ask() for _ in range(3)]
        relay.clock.turn(seconds(heard[2]))
        after = await relay.ask()

    assert [200, 200, 429, 200] == [answer.status for answer in (*heard, after)]
    assert ("rate_limited", 3) == (heard[2].error["code"], len(one.requests))
    assert "requests per minute for client:test" in heard[2].error["message"]


async def test_what_is_left_is_told_with_every_answer() -> None:
    """
    As OpenAI tells it: whole, streamed, and denied.
    """
    async with limited(REQUESTS, TOKENS, behaviour=chat()) as (_, relay):
        heard = [await relay.ask(), await relay.ask(stream=True), await relay.ask()]

    told = [
        [answer.header(f"x-ratelimit-{kind}-requests") for kind in ("limit", "remaining")]
        for answer in heard
    ]
    assert [["2", "1"], ["2", "0"], ["2", "0"]] == told
    assert "10000" == heard[0].header("x-ratelimit-limit-tokens")
    assert int(heard[0].header("x-ratelimit-remaining-tokens") or "") < 6_000
    assert "ms" not in str(heard[0].header("x-ratelimit-reset-requests"))


async def test_no_limit_says_nothing() -> None:
    """
    Providers' own headers tell of the pool's key, and are not passed on.
    """
    async with limited() as (_, relay):
        heard = await relay.ask()

    assert [] == [name for name, _ in heard.headers if name.startswith("x-ratelimit")]


async def test_what_was_not_used_is_there_again() -> None:
    """
    An upper bound is reserved; once an answer is there, what it used is charged.
    """
    small = evolve(TOKENS, limit=4_500)
    async with limited(small) as (_, relay):
        heard = [await relay.ask() for _ in range(8)]

    assert [200] * 8 == [answer.status for answer in heard]


async def test_what_can_never_fit_is_told_so() -> None:
    """
    413, once and for all: no Retry-After.
    """
    async with limited(TOKENS) as (one, relay):
        heard = await relay.ask(max_tokens=10_000)

    assert (413, "request_exceeds_limit") == (heard.status, heard.error["code"])
    assert heard.header("retry-after") is None
    assert [] == one.requests
    assert "lower max_tokens" in heard.error["message"]


async def test_a_day_ends_where_its_owner_lives() -> None:
    """
    Retry-After reaches until midnight in Tokyo, and is true.
    """
    async with limited(A_DAY) as (_, relay):
        relay.clock.turn(NOON_IN_TOKYO - relay.clock.now())
        heard = [await relay.ask(), await relay.ask()]
        after = seconds(heard[1])
        relay.clock.turn(after - 5)
        still = await relay.ask()
        relay.clock.turn(6)
        again = await relay.ask()

    assert [200, 429, 429, 200] == [a.status for a in (*heard, still, again)]
    assert 12 * 3600 - 60 < after <= 12 * 3600


async def test_a_total_never_comes_back() -> None:
    """
    No Retry-After, and the SDKs do not try again.
    """
    async with (
        limited(IN_ALL) as (one, relay),
        talker(relay, "openai", max_retries=5) as openai,
    ):
        await relay.ask()
        with pytest.raises(RateLimitError) as caught:
            await openai.ask(streamed=False, **BODY["openai"])

    assert "retry-after" not in caught.value.response.headers
    assert 1 == len(one.requests)
    assert 2 == len(relay.notes.receipts)


async def test_one_at_a_time() -> None:
    """
    A place is free again as soon as its answer is there; also if its caller left.
    """
    async with limited(PLACE, behaviour=slow_first(0.5)) as (one, relay):
        first = asyncio.create_task(relay.ask(stream=True))
        async with asyncio.timeout(5):
            await one.until(lambda seen: bool(seen.requests))
        second = await relay.ask()
        done = await first
        third = await relay.ask(stream=True)

    assert (200, "1") == (done.status, second.header("retry-after"))
    assert 200 == third.status


async def test_a_failed_request_is_still_one() -> None:
    """
    It took a request of its limit, and no tokens.
    """
    tokens = evolve(TOKENS, window="day", limit=4_400)
    async with limited(REQUESTS, tokens, behaviour=refused(500)) as (_, relay):
        heard = [await relay.ask() for _ in range(3)]

    assert [502, 502, 429] == [answer.status for answer in heard]


async def test_a_limit_in_the_shadow_changes_nothing() -> None:
    """
    It is tried out before it is meant.
    """
    async with limited(evolve(REQUESTS, limit=1, mode="shadow")) as (_, relay):
        heard = [await relay.ask() for _ in range(3)]

    assert [200] * 3 == [answer.status for answer in heard]


async def test_a_provider_at_its_limit_is_left_out() -> None:
    """
    Another one serves; with none left the caller is told when to come back.
    """
    async with scripted(ok_chat()) as one, scripted(ok_chat()) as two:
        limits = [Limit(f"provider:{name}", "requests", "minute", 2) for name in ("one", "two")]
        both = (
            provider("one", one, fallbacks=(target("two/gpt-4o"),)),
            provider("two", two, models=()),
        )
        async with running_relay(snapshot(*both, limits=tuple(limits))) as relay:
            heard = [await relay.ask() for _ in range(5)]

    assert [200, 200, 200, 200, 429] == [answer.status for answer in heard]
    assert ["one", "one", "two", "two"] == [h.header("x-relay-provider") for h in heard[:4]]
    assert "provider:" in heard[4].error["message"]
    assert seconds(heard[4]) >= 29


async def test_a_failover_takes_a_place_where_it_goes() -> None:
    """
    The second provider's limit counts those that come from the first; where it is reached, the
    request ends as it would without that provider.
    """
    async with scripted(refused(500)) as one, scripted(ok_chat()) as two:
        limit = Limit("provider:two", "requests", "minute", 2)
        both = (
            provider("one", one, fallbacks=(target("two/gpt-4o"),)),
            provider("two", two, models=()),
        )
        async with running_relay(snapshot(*both, limits=(limit,))) as relay:
            heard = [await relay.ask() for _ in range(3)]

    assert [200, 200, 502] == [answer.status for answer in heard]
    assert 2 == len(two.requests)


async def test_anthropics_callers_are_told_in_their_words() -> None:
    """
    The same statuses, Anthropic's types.
    """
    async with limited(REQUESTS) as (_, relay), talker(relay, "anthropic") as claude:
        for _ in range(2):
            await relay.ask()
        with pytest.raises(AnthropicRateLimitError) as caught:
            await claude.ask(streamed=False, **BODY["anthropic"])

    assert isinstance(caught.value.body, dict)
    assert "rate_limit_error" == caught.value.body["error"]["type"]
    assert caught.value.response.headers["retry-after"] in ("29", "30")
