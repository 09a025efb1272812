"""`airelay budget`: an estimate of the commands of this month, and what is left."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from src.adapters.stores.redis import costs
from src.adapters.stores.redis.costs import Spent, spent
from src.domain.catalogue import Limit
from src.domain.usage import Heading, Row, Tally
from src.entrypoints.commands.budget import lines, record
from src.entrypoints.month import Month
from tests.support.cli import STRONG, Invoke

UPSTASH = {"KV_REST_API_URL": "https://x.upstash.io", "KV_REST_API_TOKEN": "t" * 20}
TENTH = Month.of(datetime(2025, 11, 10, 16, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
DAY = 86_400.0


def row(requests: int, client: str = "team", provider: str = "p", status: int = 200) -> Row:
    heading = Heading(client, provider, "m-1", status)
    return Row("2025-11-10", heading, Tally(requests=requests))


def test_every_request_costs_what_it_costs() -> None:
    """Two commands, and its share of adding up; an abandoned attempt is no request."""
    rows = [row(640), row(64, "other"), row(0, status=0)]

    assert Spent(704, 0, 2 * 704 + 11 * costs.FOLD) == spent(rows, (), DAY)


@pytest.mark.parametrize(
    ("subject", "limited"),
    [
        ("deployment", 704),
        ("client:team", 640),
        ("client:nobody", 0),
        ("provider:p", 704),
        ("provider:q", 0),
        ("model:fast", 704),
    ],
)
def test_a_limit_costs_more(subject: str, limited: int) -> None:
    """Those that it applies to; and a sweep every ten minutes, while there are any."""
    rows = [row(640), row(64, "other")]
    sweeps = min(limited, 144) * costs.SWEEP
    plain = 2 * (704 - limited) + 11 * costs.FOLD
    limit = Limit(subject, "requests", "day", 9)

    assert Spent(704, limited, plain + 8 * limited + sweeps) == spent(rows, (limit,), DAY)


def test_a_limit_that_is_off_costs_nothing() -> None:
    """It is in nobody's way."""
    off = Limit("deployment", "requests", "day", 9, mode="off")

    assert 0 == spent([row(64)], (off,), DAY).limited


def test_what_is_left_and_until_when() -> None:
    """The tenth day of thirty has passed, by the deployment's own days."""
    enough, too_many = Spent(50, 0, 100_000), Spent(90_000, 0, 250_000)

    assert (10 * DAY, 300_000) == (TENTH.passed, TENTH.whole(100_000))
    assert (300_000, None) == ((found := record(enough, TENTH, 400_000))["left"], found["used_up"])
    assert "2025-11-21" == record(too_many, TENTH, 500_000)["used_up"]


@pytest.mark.parametrize(
    ("lang", "used_up"), [("en", "used up on 2025-11-21"), ("zh", "11-21 用完")]
)
def test_it_is_said_to_a_person(lang: str, used_up: str) -> None:
    """With thousands apart, and that it is an estimate."""
    said = list(lines(Spent(90_000, 7, 250_000), TENTH, 500_000, lang))

    assert 4 == len(said)
    assert "2025-11-01" in said[0] and "250,000" in said[0] and "90,000" in said[0]
    assert "250,000" in said[1] and used_up in said[2]


def test_files_cost_nothing(run: Invoke) -> None:
    """And it says so, to programs too."""
    found = run("budget", RELAY_API_KEY=STRONG)
    told = run("budget", "--json", RELAY_API_KEY=STRONG)

    assert (0, "The books are a file on this machine: no command costs anything.\n") == (
        found.exit_code,
        found.output,
    )
    assert {"store": "file", "billed": False} == json.loads(told.output)


def test_an_allowance_is_a_number(run: Invoke) -> None:
    """Of commands, at least one."""
    assert 2 == run("budget", "--allowance", "0", **UPSTASH).exit_code


def test_books_on_redis_are_read(run: Invoke, redis_url: str, namespace: str) -> None:
    """Nothing was used yet, and all is left."""
    environ = {"REDIS_URL": redis_url, "RELAY_NAMESPACE": namespace, "RELAY_API_KEY": STRONG}
    found = run("budget", "--allowance", "1000", "--json", **environ)
    said = run("budget", **environ)

    told = json.loads(found.output)
    assert ("redis", 0, 1000) == (told["store"], told["commands"], told["left"])
    assert "your own Redis bills no commands" in said.output
