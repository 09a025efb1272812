"""`airelay doctor` on this machine and at a relay, as its caller sees it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from src.adapters.stores.redis.layout import Keys
from src.entrypoints.cli import cli
from src.entrypoints.commands.group import Around
from src.locales import say
from tests.support import golden
from tests.support.behaviours import html, ok_stream, refused, status
from tests.support.carriers import over_tcp
from tests.support.catalogue import CLIENT_KEY, snapshot
from tests.support.catalogue import provider as configured
from tests.support.cli import STRONG
from tests.support.provider import ScriptedProvider, nobody_listens, scripted
from tests.support.relay import running_relay
from tests.support.script import Behaviour, Seen

MODELS = golden.dump({"object": "list", "data": [{"id": "small-mini"}, {"id": "large"}]})
OTHERS = {"RELAY_ADMIN_KEY": STRONG[::-1], "RELAY_SIGNING_SECRET": STRONG.upper()}
ENVIRON = {"RELAY_API_KEY": STRONG, **OTHERS}


async def doctor(folder: Path, *words: str, **environ: str) -> Result:
    """The command, in a thread of its own: it has a loop of its own."""
    home = {"RELAY_DATA_DIR": str(folder / "data"), **environ}
    around = Around(home, folder)
    return await asyncio.to_thread(CliRunner().invoke, cli, ["doctor", *words], obj=around)


def found(result: Result) -> dict[str, str]:
    """All but what is as it should be, and what of this machine is a matter of this machine."""
    told = json.loads(result.stdout)["findings"]
    return {
        each["id"]: each["level"]
        for each in told
        if each["level"] != "ok" and each["id"] not in ("few_files", "python_new", "little_space")
    }


def answers(seen: Seen) -> Behaviour:
    """A provider that knows one key, lists two models, and streams."""
    if seen.key != "sk-good":
        return refused(401)
    if seen.method == "GET":
        return status(200, MODELS, [("x-ratelimit-remaining-requests", "59")])
    return ok_stream(gap=0.02)


def configure(
    folder: Path, base_url: str, keys: str = "sk-good", models: str = "small-mini"
) -> None:
    folder.joinpath("relay.toml").write_text(
        f'[providers.mine]\nbase_url = "{base_url}"\nkeys_env = "MINE"\nmodels = ["{models}"]\n'
    )
    folder.joinpath(".env").write_text(f"MINE={keys}\n")
    folder.joinpath(".env").chmod(0o600)


Machine = Callable[[], AbstractAsyncContextManager[ScriptedProvider]]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    @asynccontextmanager
    async def made() -> AsyncIterator[ScriptedProvider]:
        async with scripted(answers) as one:
            configure(tmp_path, one.base_url)
            yield one

    return made


async def test_a_healthy_machine(machine: Machine, tmp_path: Path) -> None:
    """
    Nothing is wrong, every group was looked at, and no model was asked for a word.
    """
    async with machine() as one:
        result = await doctor(tmp_path, "--json", **ENVIRON)

    told = json.loads(result.stdout)
    assert (0, {"store_new": "note"}) == (result.exit_code, found(result))
    assert (1, True, "note", None) == (told["format"], told["ok"], told["worst"], told["url"])
    assert ["configuration", "secrets", "machine", "store", "providers"] == list(
        dict.fromkeys(each["group"] for each in told["findings"])
    )
    assert ["GET"] == [seen.method for seen in one.requests]
    assert sum(told["counts"].values()) == len(told["findings"])
    for secret in (*ENVIRON.values(), "sk-good"):
        assert secret not in result.output


async def test_a_healthy_machine_is_asked_for_words(machine: Machine, tmp_path: Path) -> None:
    """
    With --probe the small model is asked for a few, over a stream.
    """
    async with machine() as one:
        result = await doctor(tmp_path, "--probe", **ENVIRON)

    asked = json.loads(one.last.body)
    assert 0 == result.exit_code
    assert ("small-mini", True, 16) == (asked["model"], asked["stream"], asked["max_tokens"])
    assert "small-mini answers" in result.stdout
    assert "Its words come as they are made" in result.stdout
    assert "Left of its limits: requests 59" in result.stdout
    assert "Looking at mine ..." in result.stderr


async def test_a_misconfigured_machine(tmp_path: Path) -> None:
    """
    Weak and equal secrets, a misspelt name, a key that is refused, a model that is not there, a
    file that others can read: each is found, each with its mend; and the exit status is 1.
    """
    async with scripted(answers) as one:
        configure(tmp_path, one.base_url, "sk-good,sk-bad", "gone")
        tmp_path.joinpath(".env").chmod(0o644)
        environ = {
            "RELAY_API_KEY": STRONG,
            "RELAY_ADMIN_KEY": STRONG,
            "RELAY_SIGNING_SECRET": "changeme-changeme",
            "RELAY_TIMEZON": "UTC",
        }
        result = await doctor(tmp_path, "--json", **environ)

    assert 1 == result.exit_code
    assert {
        "notice": "warning",
        "secret_weak": "problem",
        "secrets_equal": "problem",
        "file_open": "warning",
        "store_new": "note",
        "key_rejected": "problem",
        "unlisted": "warning",
    } == found(result)
    told = json.loads(result.stdout)["findings"]
    assert all(each["mend"] for each in told if each["level"] in ("warning", "problem"))


async def test_a_configuration_that_cannot_be_used(tmp_path: Path) -> None:
    """
    Every mistake is a finding; what does not depend on it is looked at all the same.
    """
    tmp_path.joinpath("relay.toml").write_text("provider = 1\n[server]\nport = 0\n")
    result = await doctor(tmp_path, "--json", **ENVIRON)

    told = json.loads(result.stdout)["findings"]
    assert 1 == result.exit_code
    assert {"fault": "problem"} == found(result)
    assert "Did you mean `providers`?" == told[0]["mend"]
    assert "machine" in {each["group"] for each in told}


AWAY = {"": "away_connect", "https://nobody.invalid/v1": "away_dns"}


@pytest.mark.parametrize("address", AWAY)
async def test_a_provider_that_is_away(address: str, tmp_path: Path) -> None:
    """
    Where on the way it ended is said.
    """
    configure(tmp_path, address or nobody_listens())
    result = await doctor(tmp_path, "--json", **ENVIRON)

    assert {"store_new": "note", AWAY[address]: "problem"} == found(result)


async def test_a_provider_that_is_something_else(tmp_path: Path) -> None:
    """
    A page, where an API should be.
    """
    async with scripted(html()) as one:
        configure(tmp_path, one.base_url)
        result = await doctor(tmp_path, "--json", **ENVIRON)

    assert {"store_new": "note", "no_api": "problem"} == found(result)


async def test_a_store_that_forgets(redis_url: str, namespace: str, tmp_path: Path) -> None:
    """
    A Redis is asked as `airelay store check` asks it; what cannot be read in it is named.
    """
    async with over_tcp(redis_url) as carrier:
        await carrier.run(["HSET", Keys(namespace).records, "limit/x", "{"])
    where = {"REDIS_URL": redis_url, "RELAY_NAMESPACE": namespace}
    result = await doctor(tmp_path, "--json", "--timeout", "5", **ENVIRON, **where)
    away = await doctor(tmp_path, "--json", **ENVIRON, REDIS_URL="redis://127.0.0.1:1")

    assert "warning" == found(result)["store_unreadable"]
    assert "clock_apart" not in found(result)
    assert (1, "problem") == (away.exit_code, found(away)["store_away"])


async def test_on_vercel(tmp_path: Path) -> None:
    """
    No store, no client key, a function that ends too soon, a call nobody has to prove.
    """
    function = {"src/entrypoints/vercel.py": {"maxDuration": 60}}
    told = {"functions": function, "crons": [{"path": "/api/cron/daily", "schedule": "0 3 * * *"}]}
    tmp_path.joinpath("vercel.json").write_text(json.dumps(told))
    configure(tmp_path, nobody_listens())
    result = await doctor(tmp_path, "--json", VERCEL="1")

    assert {
        "secret_missing": "note",
        "no_clients": "problem",
        "limit_short": "warning",
        "wait_long": "warning",
        "cron_open": "warning",
        "store_memory": "problem",
        "away_connect": "problem",
    } == found(result)


async def test_a_relay_at_a_url(tmp_path: Path) -> None:
    """
    The URL as people paste it, the key from the environment, in Chinese.
    """
    async with (
        scripted() as one,
        running_relay(snapshot(configured("one", one))) as relay,
    ):
        url = relay.base_url.removeprefix("http://") + "/v1/"
        result = await doctor(tmp_path, url, RELAY_API_KEY=CLIENT_KEY, RELAY_LANG="zh")
        shown = await doctor(tmp_path, relay.base_url, "--key", CLIENT_KEY, "--json")

    assert 0 == result.exit_code
    assert say("doctor_well", "zh") in result.stdout
    assert {} == found(shown)
    assert relay.base_url == json.loads(shown.stdout)["url"]
    assert CLIENT_KEY not in shown.output


@pytest.mark.parametrize("url", ["ftp://x.example", "https://", "https://a:b@x.example"])
async def test_what_is_no_url(url: str, tmp_path: Path) -> None:
    """
    Said as a mistake in the command.
    """
    assert 2 == (await doctor(tmp_path, url)).exit_code
