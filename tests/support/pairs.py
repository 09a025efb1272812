"""Every pair of a caller's SDK and a provider's dialect, and the table of docs/dialects.md."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import frozen

from src.domain.blocks import Dialect
from src.domain.catalogue import Provider

from .catalogue import provider, snapshot
from .provider import ScriptedProvider, scripted
from .relay import Relay, running_relay
from .script import Behaviour, Script
from .talkers import Json, Said, Talker, talker

PAGE = Path(__file__).resolve().parents[2] / "docs/dialects.md"
Caller = Literal["openai", "anthropic"]


@frozen
class Pair:
    """Who asks, and what the provider speaks."""

    caller: Caller
    upstream: Dialect


#: The columns of the table, in its order.
PAIRS: dict[str, Pair] = {
    "openai-openai": Pair("openai", "openai_chat"),
    "openai-anthropic": Pair("openai", "anthropic_messages"),
    "anthropic-openai": Pair("anthropic", "openai_chat"),
    "anthropic-anthropic": Pair("anthropic", "anthropic_messages"),
}
ALL = tuple(PAIRS)
#: What a cell says that promises nothing.
EMPTY = "–"

MODEL = "gpt-4o"
HI: dict[str, Json] = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}
#: The least that each SDK must send.
BODY: dict[Caller, Json] = {"openai": HI, "anthropic": HI | {"max_tokens": 1000}}

both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])


@frozen
class Talk:
    """An SDK before a relay before a provider."""

    pair: Pair
    one: ScriptedProvider
    relay: Relay
    sdk: Talker

    async def ask(self, *, streamed: bool = False, **body: Json) -> Said:
        return await self.sdk.ask(streamed=streamed, **(BODY[self.pair.caller] | body))

    async def dropped(self, **body: Json) -> str | None:
        """What `x-relay-dropped` says of a request."""
        headers = await self.sdk.headers(**(BODY[self.pair.caller] | body))
        return headers.get("x-relay-dropped")


def ability(row: str, *pairs: str) -> pytest.MarkDecorator:
    """A test of this row of the table; it runs once for each of these pairs, else for all."""
    names = pairs or ALL
    return pytest.mark.parametrize("pair", [PAIRS[name] for name in names], ids=_ids(row, names))


def shows(rows: str | Iterable[str], *pairs: str) -> pytest.MarkDecorator:
    """The same for rows of words: `word` is what the page says that the SDK shows or raises."""
    found = [rows] if isinstance(rows, str) else rows
    return _shown([(row, name) for row in found for name in pairs or ALL])


def each(table: Mapping[str, tuple[str, Json]]) -> pytest.MarkDecorator:
    """The same for rows that each have one pair."""
    return _shown([(row, name) for row, (name, _) in table.items()])


def _shown(places: Sequence[tuple[str, str]]) -> pytest.MarkDecorator:
    told = cells()
    cases = [(row, PAIRS[name], told.get((row, name), "").strip("`")) for row, name in places]
    ids = [id for row, name in places for id in _ids(row, [name])]
    return pytest.mark.parametrize(("row", "pair", "word"), cases, ids=ids)


def _ids(row: str, names: Iterable[str]) -> list[str]:
    """By which a test is known to stand for these cells."""
    return [f"{row} | {name}" for name in names]


def cells() -> dict[tuple[str, str], str]:
    """What each cell says, by row and pair."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        (row, pair): said
        for row, *others in rows
        if len(others) == len(PAIRS) and not others[0].startswith("OpenAI SDK")
        for pair, said in zip(PAIRS, others, strict=True)
    }


def speaking(name: str, at: ScriptedProvider, dialect: Dialect, **more: Any) -> Provider:
    """A provider of this dialect, with its way to send a key."""
    style = "x-api-key" if dialect == "anthropic_messages" else "bearer"
    return provider(name, at, **({"dialect": dialect, "header_style": style} | more))


@asynccontextmanager
async def talk(
    pair: Pair,
    what: Mapping[Dialect, Behaviour | Script],
    *,
    strict: bool = True,
    **more: Any,
) -> AsyncIterator[Talk]:
    """`what`: how a provider of each dialect behaves; `strict`: what cannot be said there is
    refused; `more` goes to the provider."""
    async with scripted(what[pair.upstream]) as one:
        configured = snapshot(speaking("one", one, pair.upstream, **more))
        async with (
            running_relay(configured, strict_translation=strict) as relay,
            talker(relay, pair.caller) as sdk,
        ):
            yield Talk(pair, one, relay, sdk)
