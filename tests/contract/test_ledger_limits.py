"""Limits in the books of every store: checked and reserved in one step, charged once."""

import asyncio

from attrs import evolve

from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold, Verdict, moved
from src.domain.receipt import Usage

from .books import NOW, Books, claim, opened, outcome

THREE_PLACES = Limit("client:team", "concurrency", "total", 3)
TEN_A_MINUTE = Limit("client:team", "requests", "minute", 10)
TOKENS_A_DAY = Limit("deployment", "tokens", "day", 100)
ALL = (THREE_PLACES, TEN_A_MINUTE, TOKENS_A_DAY)
DAY = 86_400.0


def hold(
    name: str, *limits: Limit, tokens: int = 40, until: float = NOW + 600, at: float = NOW
) -> Hold:
    return quota.hold(
        opened(name, at=at),
        provider="p",
        amounts=Amounts(tokens),
        limits=Limits.of(limits or ALL),
        now=at,
        until=until,
    )


async def left(books: Books, *limits: Limit, tokens: int = 1) -> list[int]:
    """What is left of these limits, before the request that asks takes its part."""
    name = f"probe {len(await books.ended())}"
    probe = hold(name, *limits, tokens=tokens, at=books.clock.now())
    verdict = await books.ledger.admit(probe)
    await books.ledger.settle(probe, outcome(name, output=0))
    found = {one.line.subject + one.line.slot: one for one in verdict.headroom}
    told = [found[limit.subject + f"{limit.metric}/{limit.window}"] for limit in limits]
    return [one.remaining + one.line.amount for one in told]


async def admitted(books: Books, *names: str) -> list[bool]:
    return [(await books.ledger.admit(hold(name))).admitted for name in names]


async def test_as_many_are_admitted_as_the_limit_says(books: Books) -> None:
    """Two of forty tokens fit into a hundred; the third is told why, and for how long."""
    assert [True, True, False] == await admitted(books, "1", "2", "3")

    verdict = await books.ledger.admit(hold("4"))
    denial = verdict.denial
    assert denial is not None and denial.wait is not None
    assert ("deployment", "tokens/day") == (denial.line.subject, denial.line.slot)
    assert denial.wait == denial.line.ends - NOW * 1e6
    assert ["1", "2"] == await books.open()


async def test_what_is_left_is_told_with_the_verdict(books: Books) -> None:
    """Of each line, in the order of the hold: the deployment's first."""
    verdict = await books.ledger.admit(hold("1"))

    assert [60, 2, 9] == [one.remaining for one in verdict.headroom]


async def test_a_denied_request_takes_nothing(books: Books) -> None:
    """Not even of the limits that had room."""
    await admitted(books, "1", "2")
    await admitted(books, *map(str, range(3, 40)))
    for name in ("1", "2"):
        await books.ledger.settle(hold(name), outcome(name, output=7))

    assert [3, 8] == await left(books, THREE_PLACES, TEN_A_MINUTE)
    assert 14 == (await books.total()).output_tokens


async def test_admitting_twice_reserves_once(books: Books) -> None:
    """A repeated admission changes nothing."""
    assert [True, True, True] == await admitted(books, "1", "1", "2")


async def test_settling_twice_charges_once(books: Books) -> None:
    """What was not used is there again."""
    await books.ledger.admit(hold("1"))
    for _ in range(2):
        await books.ledger.settle(hold("1"), outcome("1", output=7))

    assert [93] == await left(books, TOKENS_A_DAY)


async def test_what_dies_gives_back_its_place_and_pays_for_its_checkpoint(books: Books) -> None:
    """And once it turns out to be alive, the difference, once."""
    await books.ledger.admit(hold("1", until=NOW + 10))
    await books.ledger.checkpoint(hold("1", until=NOW + 20), outcome("1", output=5))
    books.clock.turn(20)
    assert 1 == await books.ledger.sweep()

    assert [3, 95] == await left(books, THREE_PLACES, TOKENS_A_DAY)
    for _ in range(2):
        await books.ledger.settle(hold("1"), outcome("1", output=9))
    assert [3, 91] == await left(books, THREE_PLACES, TOKENS_A_DAY)


async def test_what_was_served_without_the_store_is_charged(books: Books) -> None:
    """It never was admitted; its place is not given back twice."""
    await books.ledger.admit(hold("1"))
    await books.ledger.settle(hold("2"), outcome("2", output=9))

    assert [2, 51] == await left(books, THREE_PLACES, TOKENS_A_DAY)


async def test_an_overrun_is_charged(books: Books) -> None:
    """The next request finds nothing left."""
    await books.ledger.admit(hold("1"))
    await books.ledger.settle(hold("1"), outcome("1", output=130))

    assert [False] == await admitted(books, "2")


async def test_a_new_day_begins_with_nothing(books: Books) -> None:
    """What began yesterday is charged to yesterday."""
    await admitted(books, "1", "2")
    books.clock.turn(DAY)
    await books.ledger.settle(hold("1"), outcome("1", output=33))

    assert [100] == await left(books, TOKENS_A_DAY)


async def test_the_clock_of_the_books_says_which_day_it_is(books: Books) -> None:
    """An instance whose clock is behind cannot spend yesterday's tokens."""
    await admitted(books, "1", "2")
    books.clock.turn(DAY)
    late = await books.ledger.admit(hold("3", at=NOW))

    assert late.admitted
    assert [60] == [one.remaining for one in late.headroom if one.line.window == "day"]


async def test_a_limit_in_the_shadow_keeps_nobody_out(books: Books) -> None:
    """It says whom it would have."""
    shadow = evolve(THREE_PLACES, limit=1, mode="shadow")
    first = await books.ledger.admit(hold("1", shadow))
    second = await books.ledger.admit(hold("2", shadow))

    assert ([], True) == ([*first.shadowed], second.admitted)
    assert ["client:team"] == [denial.line.subject for denial in second.shadowed]


async def test_a_claim_that_is_taken_costs_nothing(books: Books) -> None:
    """Who asks again with the same key is told, whatever the limits."""
    first = evolve(hold("1"), claim=claim())
    await books.ledger.admit(first)
    await books.ledger.admit(hold("2"))
    again = await books.ledger.admit(evolve(hold("3"), claim=claim()))

    assert again.repeat is not None
    assert "running" == again.repeat.state
    denied = await books.ledger.admit(evolve(hold("4"), claim=claim("other")))
    assert denied.denial is not None
    for name in ("1", "2"):
        await books.ledger.settle(hold(name), outcome(name, output=0))
    assert (await books.ledger.admit(evolve(hold("5"), claim=claim("other")))).admitted


P = Limit("provider:p", "concurrency", "total", 1)
Q = Limit("provider:q", "concurrency", "total", 1)


async def test_a_move_takes_a_place_there_and_leaves_one_here(books: Books) -> None:
    """The caller's own lines are not touched; twice is once."""
    limits = Limits.of((P, Q, THREE_PLACES))
    first = hold("1", P, Q, THREE_PLACES)
    at_q = moved(first, "q", amounts=Amounts(40), limits=limits, now=NOW)
    await books.ledger.admit(first)
    assert not (await books.ledger.admit(hold("2", P))).admitted

    for _ in range(2):
        assert (await books.ledger.move(at_q)).admitted

    assert (await books.ledger.admit(hold("3", P))).admitted
    assert [2] == await left(books, THREE_PLACES)
    other = moved(hold("3", P), "q", amounts=Amounts(40), limits=limits, now=NOW)
    assert not (await books.ledger.move(other)).admitted
    await books.ledger.settle(first, outcome("1"))
    assert (await books.ledger.move(other)).admitted


async def test_a_hundred_at_once_and_as_many_get_through_as_there_is_room(books: Books) -> None:
    """However they meet."""
    verdicts: list[Verdict] = await asyncio.gather(
        *(books.ledger.admit(hold(str(n), THREE_PLACES)) for n in range(100))
    )

    assert 3 == sum(verdict.admitted for verdict in verdicts)


async def test_tokens_of_either_kind_are_told_apart(books: Books) -> None:
    """Input is limited by input."""
    only_in = Limit("client:team", "input_tokens", "day", 50)
    only_out = Limit("client:team", "output_tokens", "day", 50)
    await books.ledger.admit(hold("1", only_in, only_out))
    told = outcome("1")
    told = evolve(told, receipt=evolve(told.receipt, usage=Usage(30, 5)))
    await books.ledger.settle(hold("1"), told)

    assert [20, 45] == await left(books, only_in, only_out)


async def test_who_was_turned_away_took_nothing(books: Books) -> None:
    """Without the store, say: never admitted, and not served. Who was admitted gives it back."""
    told = outcome("1", output=0)
    denied = evolve(told, receipt=evolve(told.receipt, ending="denied", status=503))
    await books.ledger.settle(hold("1"), denied)

    assert [3, 10, 100] == await left(books, *ALL)
    await books.ledger.admit(hold("2"))
    receipt = evolve(denied.receipt, request_id="2")
    await books.ledger.settle(hold("2"), evolve(denied, receipt=receipt))
    assert [3, 8, 100] == await left(books, *ALL)


async def test_an_admission_that_arrives_after_the_refusal_reserves_nothing(books: Books) -> None:
    """It was under way for longer than its caller had time: whoever asked has been turned away."""
    told = outcome("1", output=0)
    denied = evolve(told, receipt=evolve(told.receipt, ending="denied", status=429))
    await books.ledger.settle(hold("1"), denied)
    await books.ledger.admit(hold("1"))

    assert () == await books.journal.holds()
    assert ["1"] == await books.ended()
    assert [3, 10, 100] == await left(books, *ALL)
