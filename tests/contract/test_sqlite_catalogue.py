"""The saved catalogue in the file: no secrets, for all processes, whatever happens to it."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from attrs import evolve

from src.adapters.stores.records import SHAPE, sealed, written
from src.adapters.stores.sqlite.catalogue import SqliteCatalogue
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.records import save
from src.adapters.stores.sqlite.writer import LOOKS_EVERY
from src.domain.catalogue import ClientKey, Provider, ProviderKey, Snapshot
from src.domain.change import Change
from src.domain.errors import StoreUnavailable

from .books import Heard

ONE = ProviderKey("h1", "sk-secret-one", label="first", source="environment")
TWO = ProviderKey("h2", "sk-secret-two")
A = Provider("a", "https://a.example", keys=(ONE, TWO), headers=(("x-org", "hidden-org"),))
BEFORE = Snapshot((A,), client_keys=(ClientKey("team", b"\x01" * 32),))
Open = Callable[..., SqliteCatalogue]


@pytest.fixture
def open_catalogue(tmp_path: Path) -> Iterator[Open]:
    """Another process's catalogue over the same file, as far as the file can tell."""
    opened: list[Database] = []

    def open(configured: Snapshot = BEFORE) -> SqliteCatalogue:
        opened.append(Database(tmp_path / NAME))
        return SqliteCatalogue(opened[-1], configured, Heard())

    yield open
    for database in opened:
        database.close()


def heard(catalogue: SqliteCatalogue) -> int:
    assert isinstance(catalogue.observer, Heard)
    return len(catalogue.observer.events)


def change(provider: Provider) -> Change:
    return Change("provider", provider.name, provider)


async def edit(catalogue: SqliteCatalogue, statement: str, *values: object) -> None:
    """What no relay would write; counted as a change, so that everybody looks."""
    await catalogue.database.write(lambda file: file.execute(statement, values).rowcount)
    await catalogue.database.write(
        lambda file: file.execute("UPDATE counters SET value = value + 1").rowcount
    )


async def test_what_was_saved_is_there_after_a_restart(open_catalogue: Open) -> None:
    """The same snapshot, secrets and all."""
    first = open_catalogue()
    await first.save(change(evolve(A, models=("m",))), 0)
    saved = await first.save(Change("client_key", "team", None), 0)

    second = open_catalogue()
    assert BEFORE == second.snapshot()
    assert saved == await second.load() == second.snapshot()
    assert (A.keys, A.headers) == (saved.providers[0].keys, saved.providers[0].headers)


async def test_no_secret_is_written_to_the_file(open_catalogue: Open, tmp_path: Path) -> None:
    """Neither keys nor the values of headers, in the file and its log."""
    catalogue = open_catalogue()
    await catalogue.save(change(evolve(A, models=("m-in-the-file",))), 0)

    written = await asyncio.to_thread(content, tmp_path)
    assert b"m-in-the-file" in written
    assert b"x-org" in written
    assert b"sk-secret" not in written
    assert b"hidden-org" not in written


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@pytest.mark.parametrize(
    "provider",
    [
        evolve(A, keys=(*A.keys, ProviderKey("h3", "sk-secret-three"))),
        evolve(A, keys=(evolve(ONE, secret="sk-secret-other"), TWO)),
        evolve(A, headers=(("x-org", "other"),)),
        evolve(A, headers=(*A.headers, ("x-new", "value"))),
        Provider("b", "https://b.example", keys=(ONE,)),
    ],
)
async def test_secrets_that_are_not_configured_are_refused(
    open_catalogue: Open, provider: Provider
) -> None:
    """There is no vault to keep them in; and the refusal does not tell them."""
    catalogue = open_catalogue()
    with pytest.raises(ValueError, match=r"configur") as error:
        await catalogue.save(change(provider), 0)

    assert "secret" not in str(error.value)
    assert BEFORE == await catalogue.load()


async def test_keys_left_out_stay_out_and_keys_of_a_rotation_join(open_catalogue: Open) -> None:
    """A saved provider outlives the keys that it was saved with."""
    saved = evolve(A, keys=(evolve(ONE, weight=3),), headers=())
    await open_catalogue().save(change(saved), 0)
    three = ProviderKey("h3", "sk-secret-three")
    rotated = Snapshot((evolve(A, keys=(TWO, three)),))

    assert (saved,) == (await open_catalogue().load()).providers
    assert (three,) == (await open_catalogue(rotated).load()).providers[0].keys


async def test_another_process_sees_it_with_its_next_verb(open_catalogue: Open) -> None:
    """Whatever that verb is; and the snapshot is the same object until something changes."""
    one, other = open_catalogue(), open_catalogue()
    await other.load()
    saved = await one.save(change(evolve(A, enabled=False)), 0)

    await other.database.write(lambda file: None)
    assert saved == other.snapshot()
    before = other.snapshot()
    await other.database.write(lambda file: None)
    assert before is other.snapshot()


async def test_another_process_sees_it_soon_when_nothing_happens(open_catalogue: Open) -> None:
    """Within seconds, and nobody has to ask."""
    one, other = open_catalogue(), open_catalogue()
    await other.load()
    saved = await one.save(change(evolve(A, enabled=False)), 0)

    for _ in range(round(LOOKS_EVERY * 200)):
        if other.snapshot() == saved:
            break
        await asyncio.sleep(0.01)
    assert saved == other.snapshot()


async def test_two_processes_race_by_version(open_catalogue: Open) -> None:
    """Twenty edits each, read and written by turns: every one is applied or refused."""
    both = open_catalogue(), open_catalogue()

    async def edits(catalogue: SqliteCatalogue) -> int:
        applied = 0
        for number in range(20):
            version = catalogue.snapshot().versions.get("provider/a", 0)
            try:
                await catalogue.save(change(evolve(A, user_agent=f"{number}")), version)
                applied += 1
            except ValueError:
                await catalogue.load()
        return applied

    applied = await asyncio.gather(*map(edits, both))
    assert {"provider/a": sum(applied)} == (await both[0].load()).versions
    assert sum(applied) >= 20


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE records SET record = '{\"name\": 1}'",
        "UPDATE records SET record = replace(record, 'https://a.', 'https://b.')",
        "UPDATE records SET record = NULL",
        "UPDATE records SET record = 7, version = 'x', shape = x'00'",
        "UPDATE records SET kind = 'planet'",
        "UPDATE records SET shape = 2",
        "UPDATE records SET name = CAST(x'ff' AS TEXT)",
    ],
)
async def test_a_record_that_cannot_be_read_is_missed_alone(
    open_catalogue: Open, damage: str
) -> None:
    """It is reported and not overwritten; what was read before stands, and other records too."""
    catalogue = open_catalogue()
    before = await catalogue.save(change(evolve(A, enabled=False)), 0)
    await edit(catalogue, damage)
    after = await catalogue.save(Change("client_key", "team", None), 0)

    assert (before.providers, ()) == (after.providers, after.client_keys)
    assert 1 == heard(catalogue)
    with pytest.raises(ValueError, match="cannot be read"):
        await catalogue.save(change(A), 1)

    fresh = open_catalogue()
    assert ((A,), ()) == ((await fresh.load()).providers, fresh.snapshot().client_keys)
    assert 1 == heard(fresh)


async def test_a_client_key_that_cannot_be_read_lets_nobody_in(open_catalogue: Open) -> None:
    """It may have been taken away."""
    catalogue = open_catalogue()
    await catalogue.save(Change("client_key", "team", None), 0)
    await edit(catalogue, "UPDATE records SET checksum = 0")

    assert () == (await open_catalogue().load()).client_keys


async def test_a_record_of_a_newer_relay_is_left_alone(open_catalogue: Open) -> None:
    """Whole as it is, this one cannot know what it means."""
    newer = sealed(written(change(evolve(A, enabled=False)), 1, BEFORE)._replace(shape=SHAPE + 1))
    catalogue = open_catalogue()
    await catalogue.database.write(lambda file: save(file, newer, BEFORE))

    assert ((A,), 1) == ((await catalogue.load()).providers, heard(catalogue))


async def test_flipped_bits_never_make_another_record(open_catalogue: Open) -> None:
    """A thousand of them: the record is as it was saved, or not there."""
    first = open_catalogue()
    saved = await first.save(change(evolve(A, models=("m",))), 0)
    (whole,) = await first.database.read(
        lambda file: file.execute("SELECT record FROM records").fetchone()
    )
    dice = Random(7)
    for _ in range(1000):
        torn = bytearray(whole)
        torn[dice.randrange(len(torn))] ^= 1 << dice.randrange(8)
        await edit(first, "UPDATE records SET record = ?", bytes(torn))
        assert saved.providers == first.snapshot().providers
    assert (A,) == (await open_catalogue().load()).providers


async def test_a_store_that_is_away_leaves_the_last_good_snapshot(
    open_catalogue: Open, tmp_path: Path
) -> None:
    """Loading and saving say so; `snapshot` answers."""
    catalogue = open_catalogue()
    saved = await catalogue.save(change(evolve(A, enabled=False)), 0)
    catalogue.database.close()
    with closing(sqlite3.connect(tmp_path / NAME)) as file:
        file.execute("PRAGMA user_version = 99")

    with pytest.raises(StoreUnavailable):
        await catalogue.load()
    with pytest.raises(StoreUnavailable):
        await catalogue.save(change(A), 1)
    assert saved is catalogue.snapshot()
