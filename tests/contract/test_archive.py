"""What is exported from one store and imported into another, for every pair of them."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from attrs import evolve

from src.adapters.stores import archive, archive_text
from src.adapters.stores.archive import Content
from src.adapters.stores.archive_text import NoArchive
from src.adapters.stores.records import SHAPE, sealed, written
from src.domain.change import Change

from .books import NOW, claim, failed, hold, outcome, unlimited
from .instances import BEFORE, OFF, A, change
from .shelves import SHELVES, Shelf
from .twins import pages

PAIRS = [(one, other) for one in SHELVES for other in SHELVES if "upstash" != other or one == other]


@pytest_asyncio.fixture(params=PAIRS, ids=" to ".join)
async def pair(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[tuple[Shelf, Shelf]]:
    """Two empty stores."""
    async with AsyncExitStack() as stack:
        one, other = [
            await stack.enter_async_context(SHELVES[name](request, tmp_path))
            for name in request.param
        ]
        yield one, other


async def fill(shelf: Shelf) -> None:
    """Requests of several hours, a lost one, one under way; a record and a tombstone."""
    for number in range(12):
        name, at = f"r{number}", NOW - 3600 * number
        told = outcome(name, client="ab"[number % 2], at=at)
        receipt = evolve(told.receipt, cost=10**9 + number, seconds=0.3 * number)
        await shelf.books.ledger.settle(hold(name, at=at), evolve(told, receipt=receipt))
    await shelf.books.ledger.admit(hold("lost", until=NOW + 1, at=NOW))
    await shelf.books.sweep(NOW + 2)
    await shelf.books.ledger.settle(unlimited("failed"), failed("failed"))
    await shelf.books.ledger.admit(hold("open", claim=claim(), at=NOW))
    await shelf.catalogue.save(change(OFF), 0)
    await shelf.catalogue.save(change(evolve(OFF, models=("m",))), 1)
    await shelf.catalogue.save(Change("client_key", "team", None), 0)


async def put(shelf: Shelf, lines: list[str], *, replace: bool = False) -> int:
    return await archive.put(shelf.archive, archive_text.content(lines), replace=replace)


async def test_it_is_the_same_there(pair: tuple[Shelf, Shelf]) -> None:
    """Receipts in their order, sums to the digit, records with their versions; and no claims, no
    holds, no secrets."""
    one, other = pair
    await fill(one)
    lines = await one.lines()

    assert len(lines) - 2 == await put(other, lines)
    assert lines == await other.lines()
    *here, held = await told(one)
    assert [*here, ()] == await told(other)
    assert held
    assert not any("sk-secret" in line or "hidden-org" in line for line in lines)
    saved = await one.catalogue.save(Change("provider", "a", None), 2)
    assert saved == await other.catalogue.save(Change("provider", "a", None), 2)


async def told(shelf: Shelf) -> list[object]:
    found = await pages(shelf.books)
    assert isinstance(found, tuple)
    return list(found)


async def test_done_twice_it_is_done_once(pair: tuple[Shelf, Shelf]) -> None:
    """Nothing is added up, with --replace or without; nor is a record saved again that is the
    same."""
    one, other = pair
    await fill(one)
    lines = await one.lines()
    await put(other, lines)

    assert 0 == await put(other, lines)
    before = (await other.inspection.check()).version
    await put(other, lines, replace=True)
    assert (lines, before) == (await other.lines(), (await other.inspection.check()).version)


async def test_what_is_there_stays(pair: tuple[Shelf, Shelf]) -> None:
    """Unless it is to be replaced: then versions grow. What is not in the file stays anyhow."""
    one, other = pair
    await fill(one)
    lines = await one.lines()
    at = NOW - 3600 * 3
    told = outcome("r3", client="b", output=900, at=at)
    await other.books.ledger.settle(hold("r3", client="b", at=at), told)
    await other.books.ledger.settle(unlimited("mine"), outcome("mine"))
    for version, provider in enumerate((A, OFF, A)):
        await other.catalogue.save(change(provider), version)
    before = [line for line in await other.lines() if "receipt" in line or '"day"' in line]

    await put(other, lines)
    after = await other.lines()
    assert all(line in after for line in before)
    assert ["mine", "r3"] == (await other.books.ended())[:2]
    saved = {item.id: item for item in await other.archive.records()}
    assert 3 == saved["provider/a"].version

    await put(other, lines, replace=True)
    after = await other.lines()
    assert all(line in after for line in lines if "receipt" in line or "window" in line)
    assert 7 == await other.books.charged("r3", "b")
    assert 7 == await other.books.charged("mine")
    saved = {item.id: item for item in await other.archive.records()}
    assert 4 == saved["provider/a"].version
    assert saved["provider/a"].record == (await one.archive.records())[0].record


async def test_a_record_that_cannot_be_read(pair: tuple[Shelf, Shelf]) -> None:
    """Is not exported; it is written over when that is said, and never without."""
    one, other = pair
    await fill(one)
    lines = await one.lines()
    await put(other, lines)
    await other.break_into("provider/a")

    assert len(lines) - 1 == len(await other.lines())
    await put(other, lines)
    assert ("provider/a",) == (await other.inspection.check()).unreadable
    await put(other, lines, replace=True)
    assert () == (await other.inspection.check()).unreadable


async def test_a_record_of_a_newer_relay_stays(pair: tuple[Shelf, Shelf]) -> None:
    """Even when it is to be replaced; and a file that holds one is not imported."""
    one, _ = pair
    newer = sealed(written(change(OFF), 1, BEFORE)._replace(shape=SHAPE + 1))
    await one.archive.put_records([newer], replace=False)

    await one.archive.put_records([written(change(A), 1, BEFORE)], replace=True)
    assert [newer] == await one.archive.records()
    with pytest.raises(NoArchive) as refused:
        archive_text.content(await one.lines())
    assert (2, True) == (refused.value.line, refused.value.newer)


async def test_it_can_be_looked_at(pair: tuple[Shelf, Shelf]) -> None:
    """How much there is, and that it is well."""
    one, _ = pair
    await fill(one)
    checked, stats = await one.inspection.check(), await one.inspection.stats()
    await one.books.ended()

    assert (3, 2, (), False) == (
        checked.version,
        checked.records,
        checked.unreadable,
        checked.forgets,
    )
    assert checked.server
    assert 0.0 <= checked.seconds < 5.0
    assert (1, 2) == (stats.open_holds, stats.records)
    assert 14 == stats.receipts + stats.waiting
    assert 14 == (await one.inspection.stats()).receipts
    kinds = [json.loads(line).get("window") for line in await one.lines()]
    assert len(kinds) - kinds.count(None) == (await one.inspection.stats()).sums
    assert (stats.bytes or 0) > 1000


@pytest.mark.parametrize("cut", range(9))
def test_a_file_that_is_cut_off_is_refused(cut: int) -> None:
    """At whatever line; and so is one with something behind its end."""
    row = written(change(OFF), 1, BEFORE)
    lines = [archive_text.header(), *[archive_text.line(row)] * 7, archive_text.footer(7)]
    assert Content([row] * 7) == archive_text.content(lines)

    for wrong in (lines[:cut], [*lines[:cut], *lines[cut + 1 :]], [*lines, lines[cut]]):
        with pytest.raises(NoArchive):
            archive_text.content(wrong)


@pytest.mark.parametrize(
    ("line", "newer"),
    [
        ("", False),
        ("[]", False),
        ("{}", False),
        ('{"end":"x"}', False),
        ('{"receipt":{"request_id":7}}', False),
        ('{"id":"provider/a","saved":{"kind":"provider"}}', False),
        ('{"airelay":1}', False),
    ],
)
def test_a_damaged_line_is_refused(line: str, newer: bool) -> None:
    """It is named, and nothing is imported."""
    with pytest.raises(NoArchive) as refused:
        archive_text.content([archive_text.header(), line, archive_text.footer(1)])

    assert (2, newer) == (refused.value.line, refused.value.newer)


def test_a_newer_file_is_refused() -> None:
    """By its header, or by a column of the sums that is not known here."""
    with pytest.raises(NoArchive) as refused:
        archive_text.content(['{"airelay":2}', '{"what":1}', '{"end":1}'])
    assert (1, True) == (refused.value.line, refused.value.newer)

    row = '{"period":"2026-11-22","client":"","provider":"","model":"","status":200,'
    numbers = '"numbers":{"images":1},"latency":"0","first_event":"0"}'
    with pytest.raises(NoArchive) as refused:
        archive_text.content(['{"airelay":1}', f'{{"window":"day","sum":{row}{numbers}}}'])
    assert (2, True) == (refused.value.line, refused.value.newer)
