"""`airelay store`: is it well, how much is in it, and out of one into another."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from src.adapters.stores.redis.layout import Keys
from src.domain import quota
from src.domain.quota import Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.entrypoints.environments import build
from src.entrypoints.settings import load
from tests.support.carriers import over_tcp
from tests.support.cli import STRONG, Invoke
from tests.support.redis_server import own_server

ENVIRON = {"RELAY_DATA_DIR": "books", "RELAY_API_KEY": STRONG}
#: Books forget what is long ago.
NOW = time.time()


async def book(folder: Path, names: str) -> None:
    """Requests of these names, into the file."""
    container = build("serve", load(ENVIRON, folder))
    for name in names:
        attempt = AttemptRecord("p", "m", "k", "served", usage=Usage(3, 1200))
        told = Receipt(name, NOW, "team", "chat.completions", "fast", stream=False)
        hold = quota.hold(told, provider="p", until=NOW + 1)
        receipt = Receipt(
            *(name, NOW, "team", "chat.completions", "fast"),
            stream=False,
            ending="completed",
            status=200,
            attempts=(attempt,),
            usage=attempt.usage,
        )
        await container.ledger().settle(hold, Outcome(receipt))
    await container.house().close()


async def told(redis: str, *command: str) -> None:
    async with over_tcp(redis) as carrier:
        await carrier.run(command)


def test_a_file_that_is_well(run: Invoke, tmp_path: Path) -> None:
    """
    Where it is, what it is, how long a trip takes, how much there is.
    """
    asyncio.run(book(tmp_path, "ab"))

    checked, stats = run("store", "check", **ENVIRON), run("store", "stats", **ENVIRON)

    assert (0, 0) == (checked.exit_code, stats.exit_code)
    assert "books.sqlite3" in checked.output
    assert "SQLite" in checked.output
    assert checked.output.endswith("The store is well.\n")
    assert "Receipts: 2\n" in stats.output
    assert "Rows of usage: 2\n" in stats.output


def test_a_redis_that_is_well(run: Invoke, redis_url: str, namespace: str) -> None:
    """
    The one that the environment names, and the namespace in it; for programs too.
    """
    environ = {"REDIS_URL": redis_url, "RELAY_NAMESPACE": namespace}
    found = json.loads(run("store", "check", "--json", **environ).output)
    stats = json.loads(run("store", "stats", "--json", **environ).output)

    assert ("redis", namespace, 0, []) == (
        found["kind"],
        found["namespace"],
        found["records"],
        found["unreadable"],
    )
    assert 0 < found["trip_seconds"] < 5
    assert {0} == {stats[name] for name in ("open_holds", "waiting", "receipts", "sums", "records")}
    assert namespace in run("store", "check", **environ).output


def test_a_redis_that_forgets(run: Invoke) -> None:
    """
    One that throws data away when its memory is full, and what cannot be read: said, with a mend.
    """
    with own_server(durable=False, password="pass-of-the-redis") as server:
        asyncio.run(told(server.url, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru"))
        asyncio.run(told(server.url, "HSET", Keys("relay").records, "limit/x", "{"))
        asyncio.run(told(server.url, "HSET", Keys("relay").books, "g:client:x", "2|new"))
        found = run("store", "check", REDIS_URL=server.url)

        assert 0 == found.exit_code
        assert "(allkeys-lru): set maxmemory-policy to noeviction" in found.output
        assert "2 cannot be read" in found.output
        assert "limit/x, g:client:x" in found.output
        assert "is well" not in found.output
        assert "pass-of-the-redis" not in found.output
        assert json.loads(run("store", "check", "--json", REDIS_URL=server.url).output)["forgets"]
        server.kill()

        away = run("store", "check", REDIS_URL=server.url)
        assert 1 == away.exit_code
        assert "cannot be reached" in away.output
        assert "pass-of-the-redis" not in away.output


def test_on_vercel_without_a_store_there_is_nothing(run: Invoke) -> None:
    """
    A sentence that says what to set.
    """
    found = run("store", "check", VERCEL="1")

    assert 1 == found.exit_code
    assert "KV_REST_API_URL" in found.output


def test_out_of_the_file_into_a_redis(
    run: Invoke, tmp_path: Path, redis_url: str, namespace: str
) -> None:
    """
    And the receipts and the usage are there; once more changes nothing.
    """
    asyncio.run(book(tmp_path, "abc"))
    redis = {"REDIS_URL": redis_url, "RELAY_NAMESPACE": namespace}

    out = run("store", "export", "out.jsonl", **ENVIRON)
    first = run("store", "import", "out.jsonl", **redis)
    again = run("store", "import", "out.jsonl", **redis)
    back = run("store", "export", "back.jsonl", **redis)

    assert "Wrote 5 records, rows of usage and receipts to out.jsonl.\n" == out.output
    assert "Put 5 into the store; 0 were there already" in first.output
    assert "Put 0 into the store; 5 were there already" in again.output
    assert 0 == back.exit_code
    assert (tmp_path / "out.jsonl").read_text() == (tmp_path / "back.jsonl").read_text()


def test_an_export_is_private_and_overwrites_nothing(run: Invoke, tmp_path: Path) -> None:
    """
    Readable by its owner alone; a file that is there stays.
    """
    assert 0 == run("store", "export", "out.jsonl", **ENVIRON).exit_code
    written = tmp_path / "out.jsonl"
    before = written.read_bytes()

    again = run("store", "export", "out.jsonl", **ENVIRON)

    assert 0o600 == written.stat().st_mode & 0o777
    assert (1, before) == (again.exit_code, written.read_bytes())
    assert "File exists" in again.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"airelay":2}\n{"end":0}\n', "line 1: written by a newer relay"),
        ('{"airelay":1}\n', "line 2: damaged or cut off"),
        ("no archive\n", "line 1: damaged or cut off"),
        ("", "line 1: damaged or cut off"),
        (b"\xff\xfe\n", "line 1: damaged or cut off"),
    ],
)
def test_what_is_no_archive_is_refused(
    run: Invoke, tmp_path: Path, text: str | bytes, said: str
) -> None:
    """
    With the line and why; nothing is imported.
    """
    (tmp_path / "in.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())

    found = run("store", "import", "in.jsonl", **ENVIRON)

    assert 1 == found.exit_code
    assert said in found.output


def test_a_file_that_is_not_there(run: Invoke) -> None:
    """
    Is a sentence.
    """
    found = run("store", "import", "none.jsonl", **ENVIRON)

    assert 1 == found.exit_code
    assert "No such file" in found.output
