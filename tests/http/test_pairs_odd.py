"""Providers that break the grammar of their own dialect: never a crash, never an invention."""

from typing import Any

import anthropic
import openai
import pytest

from src.domain.blocks import Dialect
from tests.support import golden, messages
from tests.support.behaviours import raw_stream, status
from tests.support.pair_odd import (
    AFTER,
    ANTHROPIC,
    OPENAI,
    WHOLE_ANTHROPIC,
    WHOLE_OPENAI,
    Odd,
    Served,
)
from tests.support.pairs import BODY, PAIRS, talk
from tests.support.script import Behaviour

_JSON = (("Content-Type", "application/json"),)
STREAMS: list[tuple[Dialect, Behaviour, Odd]] = [
    *(("openai_chat", raw_stream(golden.wire(said)), odd) for said, odd in OPENAI.values()),
    *(
        ("anthropic_messages", raw_stream(map(messages.event, said)), odd)
        for said, odd in ANTHROPIC.values()
    ),
]
WHOLE: list[tuple[Dialect, Behaviour, Odd]] = [
    *(("openai_chat", status(200, golden.dump(a), _JSON), odd) for a, odd in WHOLE_OPENAI.values()),
    *(
        ("anthropic_messages", status(200, messages.dump(a), _JSON), odd)
        for a, odd in WHOLE_ANTHROPIC.values()
    ),
]
CALLERS = {"openai_chat": "anthropic-openai", "anthropic_messages": "openai-anthropic"}


async def outcome(spoken: Dialect, played: Behaviour, *, streamed: bool) -> Odd:
    """What a caller of the other dialect meets."""
    pair, words = PAIRS[CALLERS[spoken]], ""
    async with talk(pair, {spoken: played}) as t:
        try:
            if streamed:
                async for word in t.sdk.words(**BODY[pair.caller]):
                    words += word
                t.relay.clock.turn(3600)
            said = await t.ask(streamed=streamed)
        except (openai.APIStatusError, anthropic.APIStatusError) as error:
            return words or error.status_code
        except openai.APIError as error:
            assert "not complete" in str(error)
            return words
    return Served(said.text, said.calls, said.finish or "")


@pytest.mark.parametrize(
    ("spoken", "played", "odd"), STREAMS, ids=[*OPENAI, *(f"{name}, Claude" for name in ANTHROPIC)]
)
async def test_odd_streams(spoken: Dialect, played: Behaviour, odd: Odd) -> None:
    """
    Read for what they say, or a 502, or an error event behind what had gone out.
    """
    found: Any = await outcome(spoken, played, streamed=True)

    assert odd == (found[:1] if odd == AFTER and isinstance(found, str) else found)


@pytest.mark.parametrize(
    ("spoken", "played", "odd"),
    WHOLE,
    ids=[*WHOLE_OPENAI, *(f"{name}, Claude" for name in WHOLE_ANTHROPIC)],
)
async def test_odd_answers(spoken: Dialect, played: Behaviour, odd: Odd) -> None:
    """
    The same for whole ones.
    """
    assert odd == await outcome(spoken, played, streamed=False)
