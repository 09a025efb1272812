"""Several processes over one file: exact sums, one owner, and nothing lost with the one killed."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from pathlib import Path

import pytest

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal

from .books import NOW, Books, SetClock, sqlite_ledger
from .settling import SHARED

ROOT = Path(__file__).resolve().parents[2]


async def started(folder: Path, task: str, name: str, count: int = 0) -> Process:
    module = ("-m", "tests.contract.settling", str(folder), task, name, str(count))
    return await asyncio.create_subprocess_exec(
        sys.executable, *module, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


async def said(process: Process) -> list[str]:
    """All it said until its end, which is a good one."""
    out, err = await process.communicate()
    assert (0, b"") == (process.returncode, err), err.decode()
    return out.decode().splitlines()


async def line(process: Process) -> list[str]:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().split()


def over(folder: Path) -> tuple[Books, Database]:
    database, clock = Database(folder / NAME), SetClock()
    ledger = sqlite_ledger(database, clock, kept=100_000)
    return Books(ledger, SqliteJournal(database), clock), database


def intact(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / NAME)) as file:
        return file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_three_processes_make_exact_sums(tmp_path: Path) -> None:
    """Each settles its own and some of the others'; the file is made by whoever comes first."""
    count = 200
    processes = [await started(tmp_path, "settle", name, count) for name in "abc"]
    for process in processes:
        assert ["ready", f"done {count}"] == await said(process)

    books, database = over(tmp_path)
    total = await books.total()
    assert (3 * count + SHARED, 0) == (total.requests, total.errors)
    assert 7 * total.requests == total.output_tokens
    assert total.requests == len(await books.ended(10_000))
    assert [] == await books.open()
    database.close()
    assert intact(tmp_path)


async def test_many_processes_may_make_the_file(tmp_path: Path) -> None:
    """At the same time; none of them finds it half made."""
    processes = [await started(tmp_path, "settle", f"{n}", 1) for n in range(6)]

    assert [["ready", "done 1"]] * 6 == [await said(process) for process in processes]


async def test_a_killed_process_leaves_holds_that_another_sweeps(tmp_path: Path) -> None:
    """As lost, charged with what was delivered at the last checkpoint."""
    process = await started(tmp_path, "hang", "dead")
    assert [["ready"], ["open", "dead-begun", "dead-streaming"]] == [
        await line(process),
        await line(process),
    ]
    process.kill()
    await process.wait()

    books, database = over(tmp_path)
    assert ["dead-begun", "dead-streaming"] == await books.open()
    assert (0, 2) == (await books.sweep(NOW), await books.sweep(NOW + 600))
    assert 3 == (await books.total()).output_tokens == await books.charged("dead-streaming")
    found = await books.journal.receipt("dead-begun", "team")
    assert found is not None
    assert "lost" == found.ending
    database.close()


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.slow)])
async def test_what_was_committed_survives_a_kill(tmp_path: Path, kills: int) -> None:
    """SIGKILL under load: all that was settled is there, what was open is swept, the file is
    whole, and whoever comes next writes on."""
    done: list[str] = []
    for number in range(kills):
        process = await started(tmp_path, "go_on", f"{number}", 1_000_000)
        assert ["ready"] == await line(process)
        for _ in range(10 + 7 * number):
            done += (await line(process))[1:]
        process.kill()
        rest, _ = await process.communicate()
        done += [id for said in rest.decode().splitlines() for id in said.split()[1:]]

    books, database = over(tmp_path)
    settled = set(await books.ended(100_000))
    assert set(done) <= settled
    held = await books.open()
    assert not settled & set(held)
    assert len(held) == await books.sweep(NOW + 600)
    assert 7 * len(settled) <= (await books.total()).output_tokens
    assert (await books.total()).output_tokens <= 7 * len(settled) + 3 * len(held)
    assert [] == await books.open()
    database.close()
    assert intact(tmp_path)


async def test_one_process_at_a_time_has_the_lease(tmp_path: Path) -> None:
    """Every token is given once, and each process's own grow."""
    processes = [await started(tmp_path, "lease", name, 100) for name in "abc"]
    tokens = [
        [int(text.split()[1]) for text in await said(process) if text.startswith("token")]
        for process in processes
    ]

    everybody = [token for own in tokens for token in own]
    assert len(everybody) == len(set(everybody)) == max(everybody)
    assert all(own == sorted(own) for own in tokens)


async def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """The kernel refuses: nothing that was written is lost, and writing goes on by itself."""
    found = await said(await started(tmp_path, "fill", "f"))

    assert 5 == len(found)
    assert "the disk refused" in found[1] or "the disk is full" in found[1]
    assert ["degraded True", "read True", "after True"] == found[2:]
    assert intact(tmp_path)
