"""What the store costs, counted at the wire: the table of docs/store.md, over both carriers."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from attrs import frozen
from dependency_injector import providers

from src.adapters.stores.redis import costs
from src.adapters.stores.redis.carrier import Script
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.leases import RedisLeases
from src.domain.catalogue import Limit
from src.entrypoints.container import Container
from tests.support.behaviours import ok_chat
from tests.support.carriers import CARRIERS, Opens
from tests.support.catalogue import provider, snapshot
from tests.support.counting import counted
from tests.support.hand_clock import HandClock
from tests.support.provider import scripted
from tests.support.redis_server import own_server
from tests.support.relay import running_relay

from .spending import LIMITS, ROWS, Scene

PAGE = Path(__file__).resolve().parents[2] / "docs/store.md"
#: Counted without a scene of their own.
UNSEEN, IDLE = "a script that the server has not seen yet", "an idle hour"


@frozen
class Row:
    """What the page says."""

    trips: int
    commands: int
    #: Empty: it is no request.
    in_a_month: str


def told() -> dict[str, Row]:
    """The table, by its first column."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[1:]]
    return {what: Row(int(trips), int(commands), month) for what, trips, commands, month in rows}


@pytest.fixture(scope="module")
def own_url() -> Iterator[str]:
    """A server that has no other callers."""
    with own_server(durable=False) as server:
        yield server.url


@pytest_asyncio.fixture(params=list(CARRIERS.values()), ids=list(CARRIERS))
async def scene(request: pytest.FixtureRequest, own_url: str) -> AsyncIterator[Scene]:
    opens: Opens = request.param
    async with opens(own_url) as carrier, counted(carrier, own_url) as counting:
        yield Scene(counting, Keys(uuid4().hex))


def test_every_row_is_counted() -> None:
    """No row without a scene, and no scene without a row."""
    assert {*ROWS, UNSEEN, IDLE} == set(told())


@pytest.mark.parametrize("what", ROWS)
async def test_it_costs_what_the_page_says(scene: Scene, what: str) -> None:
    """Once the server knows the scripts."""
    await ROWS[what](scene)
    await scene.begin()
    await ROWS[what](scene)

    bill = await scene.carrier.bill()
    assert (told()[what].trips, told()[what].commands) == (bill.trips, bill.commands), bill


@pytest.mark.parametrize("number", [1, 3, 6])
async def test_limits_cost_the_same_however_many(scene: Scene, number: int) -> None:
    """One command reads all records of limits and one writes them."""
    row = told()["a request with limits"]
    await scene.request(scene.hold(*LIMITS[:number]))
    await scene.begin()
    await scene.request(scene.hold(*LIMITS[:number]))

    bill = await scene.carrier.bill()
    assert (row.trips, row.commands) == (bill.trips, bill.commands)
    assert bill.commands <= 8


async def test_a_script_is_sent_once(scene: Scene) -> None:
    """To each server, not by each instance."""
    script = Script("unseen", f"return '{uuid4().hex}'")
    await scene.carrier.evaluate(script, ["{x}"], [])
    first = await scene.carrier.bill()
    await scene.carrier.evaluate(script, ["{x}"], [])
    second = await scene.carrier.bill()

    row = told()[UNSEEN]
    more = first.trips - second.trips, first.commands - second.commands
    assert (row.trips, row.commands) == more


def redis_of(scene: Scene, clock: HandClock) -> Callable[[Container], None]:
    """The books of a relay, by a clock that is turned."""

    def wire(container: Container) -> None:
        container.clock.override(providers.Object(clock))
        container.ledger.override(providers.Object(scene.ledger))
        leases = RedisLeases(scene.carrier, scene.keys)
        container.leases.override(providers.Object(leases))

    return wire


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        ((), "a request without limits"),
        ((Limit("deployment", "tokens", "day", 10**9),), "a request with limits"),
    ],
    ids=["plain", "limited"],
)
async def test_a_relay_pays_no_more_and_nothing_when_idle(
    scene: Scene, limits: tuple[Limit, ...], what: str
) -> None:
    """The whole application: a request costs its row; then, for an hour, nothing."""
    row, clock = told()[what], HandClock(scene.clock.now())
    async with scripted(ok_chat()) as one:
        configured = snapshot(provider("one", one), limits=limits)
        async with running_relay(configured, wire=redis_of(scene, clock)) as relay:
            await relay.ask()
            await scene.quiet(row.commands)
            await clock.turn(60.0)
            await scene.quiet()
            await relay.ask()
            asked = await scene.quiet(row.commands)
            await clock.turn(60.0)
            await scene.quiet()
            await clock.turn(3600.0)
            idle = await scene.quiet()

    assert (row.trips, row.commands) == (asked.trips, asked.commands), asked
    assert (told()[IDLE].trips, told()[IDLE].commands) == (idle.trips, idle.commands), idle


def test_what_an_allowance_is_enough_for() -> None:
    """The last column is arithmetic over the others."""
    fold = told()["a fold of 64 requests"]
    limited = told()["a request with limits"]
    swept = told()["a request with limits, and a sweep by the way"]
    assert (fold.commands, swept.commands - limited.commands) == (costs.FOLD, costs.SWEEP)
    assert (told()["a request without limits"].commands, limited.commands) == (
        costs.PLAIN,
        costs.LIMITED,
    )

    for what, row in told().items():
        if row.in_a_month:
            plain = what in ("a request without limits", "a failed attempt and a switch, no limits")
            most = costs.in_a_month(row.commands, swept=not plain)
            assert f"{most // 1000},000" == row.in_a_month, what
