"""Every pair of a caller's SDK and a provider's dialect, and the pages with their tables."""

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from src.domain.blocks import Dialect
from src.domain.catalogue import Provider

from .catalogue import provider, snapshot
from .provider import ScriptedProvider, scripted
from .relay import Relay, running_relay
from .script import Behaviour, Script
from .sdks import SDKS, Caller, talker
from .talkers import Json, Said, Talker

DOCS = Path(__file__).resolve().parents[2] / "docs"


@frozen
class Pair:
    """Which SDK asks (its name in SDKS), and what the provider speaks."""

    sdk: str
    upstream: Dialect

    @property
    def caller(self) -> Caller:
        return SDKS[self.sdk].caller


def _pairs(*sdks: str) -> dict[str, Pair]:
    dialects: dict[str, Dialect] = {"openai": "openai_chat", "anthropic": "anthropic_messages"}
    return {f"{sdk}-{name}": Pair(sdk, spoken) for sdk in sdks for name, spoken in dialects.items()}


#: The columns of each page's tables, in their order.
PYTHON = _pairs("openai", "anthropic")
NODE = _pairs("node-openai", "node-anthropic", "ai-compatible", "ai-anthropic")
PAGES = {DOCS / "dialects.md": PYTHON, DOCS / "dialects-node.md": NODE}
PAIRS = PYTHON | NODE
ALL = tuple(PAIRS)
TO_ANTHROPIC = tuple(name for name, pair in PAIRS.items() if pair.upstream == "anthropic_messages")
#: What a cell says that promises nothing.
EMPTY = "–"

MODEL = "gpt-4o"
HI: dict[str, Json] = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}
#: The least that each SDK must send.
BODY: dict[Caller, Json] = {"openai": HI, "anthropic": HI | {"max_tokens": 1000}, "vercel": HI}

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
    cases = [pytest.param(PAIRS[name], marks=_tier(name)) for name in names]
    return pytest.mark.parametrize("pair", cases, ids=_ids(row, names))


def shows(rows: str | Iterable[str], *pairs: str) -> pytest.MarkDecorator:
    """The same for rows of words: `word` is what the page says that the SDK shows or raises."""
    found = [rows] if isinstance(rows, str) else rows
    return _shown([(row, name) for row in found for name in pairs or ALL])


def each(table: Mapping[str, tuple[str, Json]]) -> pytest.MarkDecorator:
    """The same for rows that each have one pair."""
    return _shown([(row, name) for row, (name, _) in table.items()])


def _shown(places: Sequence[tuple[str, str]]) -> pytest.MarkDecorator:
    told = cells()
    cases = [
        pytest.param(row, PAIRS[name], told.get((row, name), "").strip("`"), marks=_tier(name))
        for row, name in places
    ]
    ids = [id for row, name in places for id in _ids(row, [name])]
    return pytest.mark.parametrize(("row", "pair", "word"), cases, ids=ids)


def _ids(row: str, names: Iterable[str]) -> list[str]:
    """By which a test is known to stand for these cells."""
    return [f"{row} | {name}" for name in names]


def _tier(name: str) -> Sequence[pytest.MarkDecorator]:
    """What runs in node belongs to `make check-clients`."""
    return [pytest.mark.clients] if name in NODE else []


def cells() -> dict[tuple[str, str], str]:
    """What each cell of the pages says, by row and pair."""
    return {
        (row, pair): said
        for page, pairs in PAGES.items()
        for row, *others in rows_of(page)
        if len(others) == len(pairs)
        for pair, said in zip(pairs, others, strict=True)
    }


def rows_of(page: Path) -> Iterator[list[str]]:
    """The rows of a page's tables, without their heads."""
    lines = page.read_text("utf-8").splitlines()
    for line, following in itertools.pairwise([*lines, ""]):
        if line.startswith("| ") and not following.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


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
            talker(relay, pair.sdk) as sdk,
        ):
            yield Talk(pair, one, relay, sdk)
