"""From a provider of one dialect to a provider of the other, before anything has gone out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from src.domain.blocks import Dialect
from src.domain.catalogue import VirtualModel
from tests.support import golden, messages
from tests.support.catalogue import HASTY, snapshot, target
from tests.support.pair_answers import HELLO, TEXT
from tests.support.pair_faults import BREAKS, EARLY, HALF
from tests.support.pairs import BODY, Pair, ability, both_ways, shows, speaking
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import running_relay
from tests.support.script import Behaviour, Script
from tests.support.sdks import heard, raised, talker
from tests.support.talkers import Talker

OTHER: dict[Dialect, Dialect] = {
    "openai_chat": "anthropic_messages",
    "anthropic_messages": "openai_chat",
}
MODELS: dict[Dialect, str] = {"openai_chat": golden.MODEL, "anthropic_messages": messages.MODEL}
WHOLE = {"x-relay-delivery": "whole"}
Faults = Mapping[Dialect, Behaviour | Script]


@asynccontextmanager
async def two(
    pair: Pair, first: Faults, then: Faults = TEXT
) -> AsyncIterator[tuple[Talker, ScriptedProvider]]:
    """A caller before a relay with `house`: a provider of the pair's dialect, and behind it one of
    the other dialect, which is given as well."""
    other = OTHER[pair.upstream]
    house = VirtualModel("house", (target("one/gpt-4o"), target("two/gpt-4o")))
    async with scripted(first[pair.upstream]) as one, scripted(then[other]) as second:
        configured = snapshot(
            speaking("one", one, pair.upstream, timeouts=HASTY),
            speaking("two", second, other, timeouts=HASTY),
            virtual_models=(house,),
        )
        async with running_relay(configured) as relay, talker(relay, pair.sdk) as sdk:
            yield sdk, second


def asked(pair: Pair, **more: Any) -> Any:
    return BODY[pair.caller] | {"model": "house"} | more


@ability("Failover to the other dialect")
@pytest.mark.parametrize("fault", EARLY)
async def test_failover(pair: Pair, fault: str) -> None:
    """
    A stream that fails before its first word is served by the other dialect, and says so.
    """
    async with two(pair, EARLY[fault]) as (sdk, _):
        said = await sdk.ask(streamed=True, **asked(pair))

    assert (HELLO, MODELS[OTHER[pair.upstream]]) == (said.text, said.model)


@ability("No failover once words have gone out")
@pytest.mark.parametrize("fault", BREAKS)
async def test_no_failover_after_the_first_word(pair: Pair, fault: str) -> None:
    """
    What has begun is never begun again by another.
    """
    words: list[str] = []
    async with two(pair, BREAKS[fault]) as (sdk, second):
        await raised(heard(sdk.words(**asked(pair)), words))

    assert (HALF, 0) == ("".join(words), len(second.requests))


@ability("Whole delivery")
@both_ways
async def test_whole_delivery(pair: Pair, streamed: bool) -> None:
    """
    Held until it is whole, it is the same answer.
    """
    async with two(pair, TEXT) as (sdk, second):
        said = await sdk.ask(streamed=streamed, **asked(pair, extra_headers=WHOLE))

    assert (HELLO, MODELS[pair.upstream]) == (said.text, said.model)
    assert 0 == len(second.requests)


@ability("Whole delivery, the first is cut")
@pytest.mark.parametrize("fault", BREAKS)
async def test_whole_delivery_goes_on_elsewhere(pair: Pair, fault: str) -> None:
    """
    A stream that breaks off is thrown away, and one of the other dialect is given, all of it.
    """
    async with two(pair, BREAKS[fault]) as (sdk, _):
        said = await sdk.ask(streamed=True, **asked(pair, extra_headers=WHOLE))

    assert (HELLO, MODELS[OTHER[pair.upstream]]) == (said.text, said.model)


@shows("Whole delivery, all are cut")
async def test_whole_delivery_or_none(pair: Pair, row: str, word: str) -> None:
    """
    Where every stream is cut, there is an error and no word.
    """
    cut = BREAKS["A stream is cut"]
    async with two(pair, cut, cut) as (sdk, _):
        error = await raised(sdk.ask(streamed=True, **asked(pair, extra_headers=WHOLE)))

    assert (word, 502) == (error.kind, error.status)
