"""The saved catalogue on Redis, damaged, newer, away or lost."""

import json
from collections.abc import Callable

import pytest
from attrs import evolve

from src.adapters.stores import record_text
from src.adapters.stores.records import SHAPE, Saved, sealed, written
from src.domain.change import Change
from src.domain.errors import StoreUnavailable
from tests.support.carriers import FRAGILE, over_tcp
from tests.support.counting import counted
from tests.support.redis_server import own_server

from .instances import BEFORE, OFF, A, Open, as_dict, change, field, heard, over, write


async def test_a_store_that_lost_its_data_takes_new_ones(open_instance: Open) -> None:
    """As if nothing had been saved; who relies on what was there is told."""
    catalogue = open_instance()
    await catalogue.save(change(OFF), 0)
    await catalogue.carrier.run(["DEL", catalogue.keys.records])

    with pytest.raises(ValueError, match="its version is 0"):
        await catalogue.save(change(A), 1)
    assert (A,) == catalogue.snapshot().providers
    assert {"provider/a": 1} == (await catalogue.save(change(OFF), 0)).versions


async def test_a_version_that_is_not_there_is_looked_for_once(namespace: str) -> None:
    """Books may tell one that the records no longer have; not every request pays for it."""
    with own_server(durable=False) as server:
        async with over_tcp(server.url) as tcp, counted(tcp, server.url) as carrier:
            catalogue = over(carrier, namespace)
            for _ in range(5):
                await catalogue.heard(7)

            assert 1 == (await carrier.bill()).commands


DAMAGES: list[Callable[[dict[str, object]], dict[str, object]]] = [
    lambda field: field | {"record": {"name": 1}},
    lambda field: field | {"record": {**as_dict(field["record"]), "base_url": "https://b.test"}},
    lambda field: field | {"record": None},
    lambda field: field | {"record": 7, "version": "x", "shape": ""},
    lambda field: field | {"kind": "planet"},
    lambda field: field | {"shape": 2},
    lambda field: {},
]


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_record_that_cannot_be_read_is_missed_alone(
    open_instance: Open, damage: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    """It is reported once and not overwritten; what was read before stands, and other records
    too."""
    catalogue = open_instance()
    before = await catalogue.save(change(OFF), 0)
    await write(catalogue, json.dumps(damage(await field(catalogue))))
    after = await catalogue.save(Change("client_key", "team", None), 0)

    assert (before.providers, ()) == (after.providers, after.client_keys)
    with pytest.raises(ValueError, match="cannot be read"):
        await catalogue.save(change(A), 1)
    assert 1 == heard(catalogue)

    fresh = open_instance()
    assert ((A,), ()) == ((await fresh.load()).providers, fresh.snapshot().client_keys)
    assert 1 == heard(fresh)
    with pytest.raises(ValueError, match="cannot be read"):
        await fresh.save(change(A), 0)


async def test_a_client_key_that_cannot_be_read_lets_nobody_in(open_instance: Open) -> None:
    """It may have been taken away; nor does what is no text at all."""
    catalogue = open_instance()
    await catalogue.save(Change("client_key", "team", None), 0)
    await write(catalogue, "{", "client_key/team")

    assert () == (await open_instance().load()).client_keys


async def test_a_record_of_a_newer_relay_is_left_alone(open_instance: Open) -> None:
    """Whole as it is, this one cannot know what it means."""
    newer = sealed(written(change(OFF), 1, BEFORE)._replace(shape=SHAPE + 1))
    catalogue = open_instance()
    await write(catalogue, record_text.text(newer, 1))

    assert ((A,), 1) == ((await catalogue.load()).providers, heard(catalogue))
    with pytest.raises(ValueError, match="cannot be read"):
        await catalogue.save(change(A), 1)
    assert SHAPE + 1 == (await field(catalogue))["shape"]


async def test_fields_of_a_newer_relay_are_kept(open_instance: Open) -> None:
    """This one does not know them, and whoever wrote them finds them again."""
    row = written(change(OFF), 1, BEFORE)
    catalogue = open_instance()
    await write(catalogue, record_text.text(sealed(with_a_region(row)), 1))

    assert (OFF,) == (await catalogue.load()).providers
    await catalogue.save(change(evolve(A, models=("m",))), 1)

    found = as_dict((await field(catalogue))["record"])
    assert ("eu", ["m"], True) == (found["region"], found["models"], found["enabled"])
    assert (evolve(A, models=("m",)),) == (await open_instance().load()).providers


def with_a_region(row: Saved) -> Saved:
    assert row.record is not None
    return row._replace(record=json.dumps({**json.loads(row.record), "region": "eu"}).encode())


async def test_flipped_bits_never_make_another_record(open_instance: Open) -> None:
    """Each bit of its last letters: the record is as it was saved, or not there."""
    catalogue = open_instance()
    await catalogue.save(change(evolve(A, models=("m",))), 0)
    saved = catalogue.snapshot().providers
    whole = json.dumps(await field(catalogue), separators=(",", ":")).encode()
    texts = [flipped(whole, bit) for bit in range(0, len(whole) * 8, 7)]

    for text in texts:
        await write(catalogue, text)
        assert saved == (await catalogue.load()).providers
        assert (await open_instance().load()).providers in (saved, (A,))


def flipped(whole: bytes, bit: int) -> str:
    torn = bytearray(whole)
    torn[bit // 8] ^= 1 << bit % 8
    return torn.decode("utf-8", "replace")


async def test_a_store_that_is_away_leaves_the_last_good_snapshot() -> None:
    """Loading and saving say so; hearing of a version does not fail, and is tried again."""
    with own_server() as server:
        async with over_tcp(server.url) as carrier:
            catalogue = over(carrier, "ns")
            saved = await catalogue.save(change(OFF), 0)
            server.kill()

            with pytest.raises(StoreUnavailable):
                await catalogue.load()
            with pytest.raises(StoreUnavailable):
                await catalogue.save(change(A), 1)
            await catalogue.heard(7)
            await catalogue.heard(7)
            assert saved is catalogue.snapshot()
            assert 2 == heard(catalogue)


@pytest.mark.parametrize("way", FRAGILE)
@pytest.mark.parametrize("applied", [False, True])
async def test_after_a_lost_answer_it_is_saved_or_not(
    redis_url: str, namespace: str, way: str, applied: bool
) -> None:
    """Who asks again is told by the version."""
    async with FRAGILE[way](redis_url) as fragile:
        catalogue = over(fragile.carrier, namespace)
        await catalogue.load()
        fragile.drop(applied)
        with pytest.raises(StoreUnavailable):
            await catalogue.save(change(OFF), 0)

        assert BEFORE is catalogue.snapshot()
        assert ({"provider/a": 1} if applied else {}) == (await catalogue.load()).versions
