"""Relays that are killed under load: little is lost, nothing stays reserved, the file is intact."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from src.domain.receipt import Receipt
from tests.support.provider import scripted

from .audit import BOUND, FIRST_COMMIT, Loss, gather, intact, judged, reading, sums_are_of
from .load import LONG, SHORT, Load
from .process import Process, Setup, processes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS, STREAMS, OTHERS = 10, 40, 4
#: A hold outlives its process by 15 s; then comes the next request's turn.
RELEASED_WITHIN = 20.0


@asynccontextmanager
async def loaded(
    folder: Path, count: int, *, streams: int
) -> AsyncIterator[tuple[Load, list[Process]]]:
    """So many relays on one folder, each with so many callers. The block ends with the load: what
    is under way then is finished, and the relays are stopped."""
    load = Load(Random(5))
    async with scripted(load.play) as one:
        with processes(count, Setup(folder, one.base_url)) as relays:
            for relay in relays:
                await relay.start()
            callers = [
                asyncio.create_task(load.call(relay.port, kind, pause=0.1))
                for relay in relays
                for kind in (*[LONG] * streams, *[SHORT] * OTHERS)
            ]
            yield load, relays
            await asyncio.gather(*callers)


async def kill(load: Load, relay: Process) -> None:
    """After some seconds, at no particular instant; its callers have heard of it on return."""
    await asyncio.sleep(load.dice.uniform(2.0, 6.0))
    relay.kill()
    load.lives[relay.port] = load.lives.get(relay.port, 0) + 1


async def released(folder: Path, load: Load, relay: Process) -> float:
    """Seconds until nothing is reserved any more, with a request now and then."""
    began = asyncio.get_running_loop().time()
    async with reading(folder) as journal:
        while await journal.holds():
            await load.once(relay.port, SHORT)
            await asyncio.sleep(0.25)
            assert asyncio.get_running_loop().time() < began + RELEASED_WITHIN
    return asyncio.get_running_loop().time() - began


def table(died: list[Loss]) -> None:
    """What each kill cost."""
    print(
        "\nkill  died  streams  delivered  recorded  largest loss (tokens; bound", BOUND, end=")\n"
    )
    for life in sorted({loss.trip.life for loss in died}):
        of = [loss for loss in died if loss.trip.life == life]
        streams = sum(loss.trip.kind.stream for loss in of)
        delivered, recorded = sum(x.trip.delivered for x in of), sum(x.recorded for x in of)
        most = max(loss.tokens for loss in of)
        print(f"{life + 1:4}  {len(of):4}  {streams:7}  {delivered:9}  {recorded:8}  {most:12}")


async def audited(folder: Path, load: Load) -> list[Loss]:
    """Every request is in the books once, and they add up; what died, and what that cost."""
    intact(folder)
    found: dict[str, Receipt] = {}
    async with reading(folder) as journal:
        await gather(journal, found)
        total = await sums_are_of(journal, found.values())
        assert () == await journal.holds()
    died = judged(load, found, unknown=FIRST_COMMIT).died
    print(f"\n{len(load.trips)} requests, {len(found)} receipts, {total.output_tokens} tokens")
    table(died)
    return died


async def test_ten_kills_under_load(tmp_path: Path) -> None:
    """
    Forty streams and short requests beside them; the relay is killed ten times, and started on the
    same folder. A stream loses two seconds and a commit at most; every reservation is released; a
    request is settled once; the sums are those of the receipts; the file is whole.
    """
    async with loaded(tmp_path, 1, streams=STREAMS) as (load, [relay]):
        for _ in range(KILLS):
            await kill(load, relay)
            await relay.start()
        load.over = True
        seconds = await released(tmp_path, load, relay)
    died = await audited(tmp_path, load)

    print(f"nothing reserved {seconds:.1f} s after the last start")
    assert KILLS == len({loss.trip.life for loss in died if loss.trip.kind.stream})
    assert max(loss.tokens for loss in died) <= BOUND


async def test_a_process_that_is_killed_beside_another(tmp_path: Path) -> None:
    """
    Two relays share the books. The other one's callers notice nothing, and it releases what the
    dead one had reserved.
    """
    async with loaded(tmp_path, 2, streams=15) as (load, [victim, survivor]):
        for _ in range(2):
            await kill(load, victim)
            await victim.start()
        await kill(load, victim)
        load.over = True
        seconds = await released(tmp_path, load, survivor)
    died = await audited(tmp_path, load)

    print(f"nothing reserved {seconds:.1f} s after the last kill")
    assert {victim.port} == {loss.trip.port for loss in died}
    assert max(loss.tokens for loss in died) <= BOUND
