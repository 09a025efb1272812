"""Sweeps by the way cost commands: on Redis they are rare, and nobody is turned away for that."""

from attrs import evolve

from src.adapters.stores.redis.ledger import RedisLedger
from src.domain.catalogue import Limit
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold
from tests.support.carriers import over_tcp

from . import books
from .books import NOW, Books, claim

ONE_PLACE = Limit("client:team", "concurrency", "total", 1)
ROOMY = Limit("client:team", "concurrency", "total", 9)


def hold(name: str, limit: Limit = ONE_PLACE, *, at: float = NOW, lasts: float = 600.0) -> Hold:
    lines = Limits.of((limit,)).lines(("client:team",), Amounts(), at)
    return evolve(books.hold(name, at=at, until=at + lasts), lines=lines)


def rarely(made: Books) -> Books:
    """As relays have it."""
    assert isinstance(made.ledger, RedisLedger)
    made.ledger.sweep_every = 600.0
    return made


async def test_a_place_of_the_dead_is_given_to_who_asks(redis_url: str, namespace: str) -> None:
    """At once, if the last sweep was ten seconds ago; else it is asked for too soon."""
    async with over_tcp(redis_url) as carrier:
        made = rarely(books.on_redis(carrier, namespace))
        await made.ledger.admit(hold("dead", lasts=2.0))
        made.clock.turn(5.0)
        assert not (await made.ledger.admit(hold("early", at=NOW + 5))).admitted
        made.clock.turn(7.0)

        assert (await made.ledger.admit(hold("next", at=NOW + 12))).admitted
        assert ["dead"] == await made.ended()
        assert not (await made.ledger.admit(hold("third", at=NOW + 12))).admitted


async def test_a_key_of_the_dead_is_given_to_who_asks(redis_url: str, namespace: str) -> None:
    """A request that died has kept nothing of its Idempotency-Key."""
    async with over_tcp(redis_url) as carrier:
        made = rarely(books.on_redis(carrier, namespace))
        await made.ledger.admit(evolve(hold("dead", ROOMY, lasts=2.0), claim=claim()))
        made.clock.turn(12.0)
        again = evolve(hold("again", ROOMY, at=NOW + 12), claim=claim())

        assert (await made.ledger.admit(again)).admitted
        third = await made.ledger.admit(evolve(hold("third", ROOMY, at=NOW + 12), claim=claim()))
        assert third.repeat is not None and "again" == third.repeat.request_id


async def test_who_is_in_nobodys_way_waits_ten_minutes(redis_url: str, namespace: str) -> None:
    """Then the next admission settles it."""
    async with over_tcp(redis_url) as carrier:
        made = rarely(books.on_redis(carrier, namespace))
        await made.ledger.admit(hold("dead", ROOMY, lasts=2.0))
        made.clock.turn(590.0)
        await made.ledger.admit(hold("1", ROOMY, at=NOW + 590, lasts=9000))
        assert ["1", "dead"] == await made.open()

        made.clock.turn(20.0)
        await made.ledger.admit(hold("2", ROOMY, at=NOW + 610, lasts=9000))
        assert ["1", "2"] == await made.open()
