"""`airelay usage replay`: what stands in a log alone comes into the books."""

import gzip
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from src.application.replay import Replay, Tally
from src.domain import usage_line
from src.domain.usage_line import Reader
from src.entrypoints.cli import cli
from src.entrypoints.commands import replay as command
from src.entrypoints.commands.group import Around
from tests.support.cli import Invoke
from tests.support.owed import KEY, LIMITS, SECRET, line

ENVIRON = {"RELAY_DATA_DIR": "books", "RELAY_SIGNING_SECRET": SECRET}
#: Books forget what is long ago.
NOW = time.time() - 60


def log(folder: Path, *lines: str, name: str = "relay.log") -> None:
    (folder / name).write_text("".join(f"{one}\n" for one in lines))


def owed(*names: str, key: bytes | None = KEY) -> list[str]:
    return [line(name, *LIMITS, at=NOW, key=key) for name in names]


def test_a_log_is_booked_once(run: Invoke, tmp_path: Path) -> None:
    """
    Whatever stands between the lines; the second time all is there already.
    """
    log(tmp_path, "up", *owed("r1", "r2"), '{"event":"request"}', *owed("r1"))

    first, again = (run("usage", "replay", "relay.log", **ENVIRON) for _ in range(2))
    (usage,) = json.loads(run("usage", "--by", "client", "--json", **ENVIRON).output)

    assert (0, 0) == (first.exit_code, again.exit_code)
    assert "Found 3 usage lines in 5 lines.\n" in first.output
    assert "Booked 2; 1 were in the books already.\n" in first.output
    assert "Booked 0; 3 were in the books already.\n" in again.output
    assert ("team", 2, 88) == (usage["client"], usage["requests"], usage["output_tokens"])
    assert 2 == run("requests", **ENVIRON).output.count("team")


def test_into_a_redis(run: Invoke, tmp_path: Path, redis_url: str, namespace: str) -> None:
    """
    Of that namespace, whose lines have a MAC of their own.
    """
    environ = {**ENVIRON, "REDIS_URL": redis_url, "RELAY_NAMESPACE": namespace}
    log(tmp_path, *owed("r1", key=usage_line.key(SECRET, namespace)), *owed("r2"))

    first, again = (run("usage", "replay", "relay.log", **environ) for _ in range(2))
    (usage,) = json.loads(run("usage", "--by", "client", "--json", **environ).output)

    assert (1, 1) == (first.exit_code, again.exit_code)
    assert "Booked 1; 0 were" in first.output
    assert "Booked 0; 1 were" in again.output
    assert "another RELAY_SIGNING_SECRET or RELAY_NAMESPACE. Lines: 2\n" in first.output
    assert 1 == usage["requests"]


def test_from_standard_input(tmp_path: Path) -> None:
    """
    As a pipe hands it over.
    """
    around = Around({"RELAY_DATA_DIR": str(tmp_path), **ENVIRON}, tmp_path)
    text = "\n".join(owed("r1", "r2"))

    found = CliRunner().invoke(cli, ["usage", "replay", "--json", "-"], input=text, obj=around)

    assert {"lines": 2, "found": 2, "booked": 2, "known": 0, "refused": {}} == json.loads(
        found.stdout
    )


def test_what_is_refused_is_said(run: Invoke, tmp_path: Path) -> None:
    """
    With its lines and why, in whatever language; the rest is booked, and the exit status is 1.
    """
    good, wrong, cut = owed("r1", "r2", "r3")
    log(tmp_path, good, wrong.replace("fast", "slow"), "", cut[:300], *owed("r4", key=None))

    found = run("usage", "replay", "relay.log", "--json", **ENVIRON)
    told = run("usage", "replay", "relay.log", RELAY_LANG="zh", **ENVIRON)

    assert (1, 1) == (found.exit_code, told.exit_code)
    assert 1 == json.loads(found.output)["booked"]
    assert {
        "damaged": {"count": 1, "first_lines": [4]},
        "forged": {"count": 1, "first_lines": [2]},
        "unsigned": {"count": 1, "first_lines": [5]},
    } == json.loads(found.output)["refused"]
    assert "拒绝 1 条：已损坏或不完整。行号：4" in told.output


def test_without_a_secret_nothing_is_believed(run: Invoke, tmp_path: Path) -> None:
    """
    Unless it is said that it shall be.
    """
    environ = {"RELAY_DATA_DIR": "books"}
    log(tmp_path, *owed("r1", key=None), *owed("r2"))

    doubted = run("usage", "replay", "relay.log", **environ)
    believed = run("usage", "replay", "relay.log", "--unsigned", **environ)

    assert (1, 0) == (doubted.exit_code, believed.exit_code)
    assert "Booked 0;" in doubted.output
    assert "not signed" in doubted.output
    assert "RELAY_SIGNING_SECRET is not set here" in doubted.output
    assert "Booked 2;" in believed.output


def test_a_dry_run_books_nothing(run: Invoke, tmp_path: Path) -> None:
    """
    It says what could be, and needs no store.
    """
    log(tmp_path, *owed("r1", "r2"), *owed("r3", key=None))

    found = run("usage", "replay", "relay.log", "--dry-run", VERCEL="1", **ENVIRON)

    assert 1 == found.exit_code
    assert "Nothing was booked (--dry-run); 2 could be." in found.output
    assert "Refused 1: not signed" in found.output
    assert not (tmp_path / "books").exists()


def test_a_packed_log_is_unpacked(run: Invoke, tmp_path: Path) -> None:
    """
    And one that is cut off is a sentence, after what could be read.
    """
    packed = gzip.compress("\n".join(owed("r1", "r2")).encode())
    (tmp_path / "log.gz").write_bytes(packed)
    (tmp_path / "cut.gz").write_bytes(packed[:-9])

    whole = run("usage", "replay", "log.gz", **ENVIRON)
    cut = run("usage", "replay", "cut.gz", **ENVIRON)

    assert (0, True) == (whole.exit_code, "Booked 2;" in whole.output)
    assert (1, True) == (cut.exit_code, "cut.gz: " in cut.output)
    assert cut.exception is None or isinstance(cut.exception, SystemExit)


def test_a_log_that_is_not_there(run: Invoke) -> None:
    """
    Is a sentence.
    """
    found = run("usage", "replay", "none.log", **ENVIRON)

    assert (1, True) == (found.exit_code, "No such file" in found.output)


def test_where_there_is_no_store(run: Invoke, tmp_path: Path) -> None:
    """
    A sentence that says what to set; or that it is away, and what was done until then.
    """
    log(tmp_path, *owed("r1"))

    none = run("usage", "replay", "relay.log", VERCEL="1", **ENVIRON)
    away = run("usage", "replay", "relay.log", REDIS_URL="redis://127.0.0.1:1", **ENVIRON)

    assert (1, "KV_REST_API_URL" in none.output) == (none.exit_code, True)
    assert (1, "cannot be reached" in away.output) == (away.exit_code, True)


def test_a_long_log_is_read_in_pieces(tmp_path: Path) -> None:
    """
    A line may be a whole export: only what lies across two pieces is missed, and that is said.
    """
    whole = json.dumps([{"message": one, "at": 1} for one in owed(*"123456789")])
    log(tmp_path, "up", whole, "end")
    job = Replay(Reader(KEY), NOW + 60)
    with (tmp_path / "relay.log").open() as file:
        pieces = list(command.lines(file, len(whole) // 3 - 99))
    job.look(iter(pieces))

    assert ["up\n", f"{whole}\n", "end\n"] == [
        "".join(one.text for one in pieces if one.number == number) for number in (1, 2, 3)
    ]
    assert (9, 3, {"damaged": [2]}) == (
        job.tally.found,
        job.tally.refused.total(),
        job.tally.named,
    )


def test_progress_is_told_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    """
    Beside what the command prints.
    """
    progress = command.Progress("en")
    for number in range(0, 2_500, 16):
        progress(Tally(lines=number, found=number, booked=number))

    assert ["1,008", "2,016"] == [said.split()[4] for said in capsys.readouterr().err.splitlines()]
