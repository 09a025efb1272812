"""What either official SDK raises when a provider of either dialect fails."""

from typing import Any

import anthropic
import openai
import pytest

from tests.support.catalogue import HASTY
from tests.support.pair_faults import BREAKS, EARLY, HALF, REFUSALS
from tests.support.pairs import BODY, Pair, both_ways, shows, talk
from tests.support.talkers import talker

MODULES = {"openai": openai, "anthropic": anthropic}


@shows(REFUSALS)
@both_ways
async def test_refusals(pair: Pair, row: str, word: str, streamed: bool) -> None:
    """
    The class that the page names, our status, our request id, and the provider's words.
    """
    status, faults = REFUSALS[row]
    async with talk(pair, faults, timeouts=HASTY) as t:
        error = await _raised(pair, t.ask(streamed=streamed))
        receipt = await t.relay.finished()

    assert (word, status) == (type(error).__name__, error.status_code)
    assert receipt.request_id == error.request_id
    assert ("The provider says" in str(error)) == (status not in (429, 502))


@shows("429: when to come back")
async def test_when_to_come_back(pair: Pair, row: str, word: str) -> None:
    """
    The provider's hint reaches the SDK as a header it obeys.
    """
    async with talk(pair, REFUSALS["429, every key rests"][1]) as t:
        error = await _raised(pair, t.ask())

    assert word == f"retry-after: {error.response.headers['retry-after']}"


@shows("401, a wrong client key")
async def test_a_wrong_client_key(pair: Pair, row: str, word: str) -> None:
    """
    The relay's own refusal, in the caller's dialect.
    """
    async with talk(pair, EARLY["401"]) as t, talker(t.relay, pair.caller, key="sk-no") as sdk:
        error = await _raised(pair, sdk.ask(streamed=False, **BODY[pair.caller]))

    assert (word, 0) == (type(error).__name__, len(t.one.requests))


@shows("404, an unknown model")
async def test_an_unknown_model(pair: Pair, row: str, word: str) -> None:
    """
    A name that nobody has, with those that are near.
    """
    async with talk(pair, EARLY["401"]) as t:
        error = await _raised(pair, t.ask(model="gpt-4p"))

    assert (word, True) == (type(error).__name__, "gpt-4o" in str(error))


@shows(BREAKS)
async def test_broken_streams(pair: Pair, row: str, word: str) -> None:
    """
    The words that came are there, then the SDK raises: a cut never looks complete.
    """
    words = ""
    async with talk(pair, BREAKS[row], timeouts=HASTY) as t:
        with pytest.raises((openai.APIError, anthropic.APIError)) as raised:
            async for said in t.sdk.words(**BODY[pair.caller]):
                words += said

    assert (word, HALF) == (type(raised.value).__name__, words)
    assert "not complete" in str(raised.value)


async def _raised(pair: Pair, asked: Any) -> Any:
    """The error that the caller's own SDK raises."""
    with pytest.raises(MODULES[pair.caller].APIStatusError) as raised:
        await asked
    return raised.value
