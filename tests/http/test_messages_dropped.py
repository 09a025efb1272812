"""What a provider of another dialect cannot be asked for: refused, passed on, or named."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from src.domain.catalogue import VirtualModel
from tests.support import messages, messaging
from tests.support.behaviours import chat
from tests.support.catalogue import provider, snapshot, target
from tests.support.messaging import MODEL, ask, in_anthropics_shape
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, running_relay

#: Anthropic runs it itself: nobody else can.
SEARCH = [{"type": "web_search_20250305", "name": "web_search"}]
MARKED = [{"type": "text", "text": "You are.", "cache_control": {"type": "ephemeral"}}]


@asynccontextmanager
async def both(
    *order: str, strict: bool = True
) -> AsyncIterator[tuple[ScriptedProvider, ScriptedProvider, Relay]]:
    """`open` of OpenAI's dialect and `claude` of Anthropic's, in this order behind `fast`."""
    targets = tuple(target(name) for name in order)
    fast = VirtualModel("fast", targets=targets)
    async with scripted(chat()) as one, scripted(messaging.speaks()) as two:
        providers = (
            provider("open", one),
            provider("claude", two, models=(MODEL,), dialect="anthropic_messages"),
        )
        configured = snapshot(*providers, virtual_models=(fast,))
        async with running_relay(configured, strict_translation=strict) as relay:
            yield one, two, relay


async def test_a_target_of_the_callers_own_dialect_serves() -> None:
    """
    What one target cannot be asked for, the next one may: nothing is lost on the way, and the
    receipt says why.
    """
    async with both("open/gpt-4o", f"claude/{MODEL}") as (one, two, relay):
        heard = await ask(relay, "fast", tools=SEARCH)

    assert (200, "claude") == (heard.status, heard.header("x-relay-provider"))
    assert "cannot_carry" in (heard.header("x-relay-failed") or "")
    assert None is heard.header("x-relay-dropped")
    assert ([], 1) == (one.requests, len(two.requests))


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_with_nowhere_else_to_go_the_field_is_named(stream: bool) -> None:
    """
    400, in the caller's dialect, the field's name as the caller wrote it first.
    """
    async with both("open/gpt-4o") as (one, _, relay):
        heard = await ask(relay, "fast", stream=stream, tools=SEARCH)

    code, kind, message = in_anthropics_shape(heard)
    assert (400, "invalid_request_error") == (code, kind)
    assert message.startswith("tools[0]: ")
    assert [] == one.requests


async def test_leniently_it_is_left_out_and_named() -> None:
    """
    With strict_translation off.
    """
    async with both("open/gpt-4o", strict=False) as (one, _, relay):
        heard = await ask(relay, "fast", tools=SEARCH)

    assert (200, "tools[0]") == (heard.status, heard.header("x-relay-dropped"))
    assert b"web_search" not in one.last.body


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_what_matters_little_is_named_either_way(stream: bool) -> None:
    """
    A mark for a cache changes the price and not the answer.
    """
    async with both("open/gpt-4o") as (_, _, relay):
        heard = await ask(relay, "fast", stream=stream, system=MARKED, top_k=4)

    named = (heard.header("x-relay-dropped") or "").split(", ")
    assert 200 == heard.status
    assert {"system[0].cache_control", "top_k"} == set(named)


async def test_nothing_is_named_where_nothing_is_left_out() -> None:
    """
    Not in a translation that carries all, and not where bytes pass.
    """
    async with both("open/gpt-4o", f"claude/{MODEL}") as (_, _, relay):
        carried = await ask(relay, "fast", temperature=0.5)
        passed = await ask(relay, MODEL, system=MARKED, top_k=4)

    assert (200, None) == (carried.status, carried.header("x-relay-dropped"))
    assert (200, None) == (passed.status, passed.header("x-relay-dropped"))


async def test_what_breaks_the_callers_own_grammar_is_for_its_own_provider_to_judge() -> None:
    """
    A role nobody knows cannot be translated; Anthropic may know it by now.
    """
    said = [{"role": "narrator", "content": "Hi"}]
    async with both("open/gpt-4o", f"claude/{MODEL}") as (one, two, relay):
        heard = await ask(relay, "fast", messages=said)

    assert (200, "claude") == (heard.status, heard.header("x-relay-provider"))
    assert ([], 1) == (one.requests, len(two.requests))


async def test_the_model_that_served_is_told_by_its_own_name() -> None:
    """
    Never by the name that was asked for: a failover must be visible.
    """
    async with both("open/gpt-4o") as (_, _, relay):
        heard = await ask(relay, "fast")

    assert ("message", "gpt-4o-2024-08-06") == (heard.json["type"], heard.json["model"])
    assert messages.MODEL != heard.json["model"]
