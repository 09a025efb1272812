"""What can be asked of any store's books."""

import asyncio

from attrs import astuple

from src.domain.ports import Journal
from src.domain.usage import Heading, Tally, UsageQuery

from .tally import tokens_alone


async def booked(journal: Journal) -> dict[Heading, Tally]:
    """All the tokens there are in the sums. By the hour and by the day it is the same, once
    nothing is being written any more."""
    by_hour = await _sums(journal, UsageQuery("hour"))
    for _ in range(100):
        by_day, before = await _sums(journal, UsageQuery("day")), by_hour
        by_hour = await _sums(journal, UsageQuery("hour"))
        if by_day == by_hour == before:
            return by_hour
    raise AssertionError(f"by the hour {by_hour}, by the day {by_day}")


async def total(journal: Journal) -> Tally:
    """The sum of all sums."""
    return sum((await booked(journal)).values(), Tally())


async def nothing_held(journal: Journal, within: float = 5.0) -> None:
    """Waits until no hold is open."""
    for _ in range(int(within / 0.01)):
        if not await journal.holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"still held: {await journal.holds()}")


async def _sums(journal: Journal, query: UsageQuery) -> dict[Heading, Tally]:
    sums: dict[Heading, Tally] = {}
    for row in await journal.usage(query):
        sums[row.heading] = sums.get(row.heading, Tally()) + tokens_alone(row.tally)
    return {heading: tally for heading, tally in sums.items() if any(astuple(tally))}
