"""The store that the function is linked to: down, over quota, slow, or not there at all."""

import asyncio

import pytest

from tests.support.upstash import TOKEN
from tests.support.upstash_faults import MONTHLY, Dropped, Fault, Hang, Late, always

from .conftest import Deploys
from .function import THREE
from .scene import Scene

FAULTS: dict[str, Fault] = {
    "down": Dropped(applied=False),
    "silent": Hang(),
    "over quota": MONTHLY,
    "slow": Late(2.0),
}
LIMIT = """
[[limits]]
subject = "deployment"
metric = "requests"
window = "day"
limit = 160
"""


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_store_that_is_away_is_served_without(deploys: Deploys, fault: Fault) -> None:
    """
    A request with a limit in its way is answered in time and says so; once the store is back none
    does, and the books have every one of them.
    """
    loop = asyncio.get_running_loop()
    async with deploys(RELAY_CONFIG=LIMIT, RELAY_STORE_DEADLINE_MS="300") as scene:
        well = await scene.function.ask()
        scene.upstash.plan = always(fault)
        asked = loop.time()
        away = await scene.function.ask()
        took = loop.time() - asked
        scene.upstash.plan = always(None)
        later = await back(scene)
        booked = await in_the_books(scene, 2 + later)

    assert (200, None) == (well.status, well.header("x-relay-degraded"))
    assert (200, "store") == (away.status, away.header("x-relay-degraded"))
    assert took < 2.0
    assert 2 + later == booked


async def back(scene: Scene) -> int:
    """How many requests it took until one was served with the store."""
    for asked in range(1, 100):
        if (await scene.function.ask()).header("x-relay-degraded") is None:
            return asked
        await asyncio.sleep(0.1)
    raise AssertionError("still degraded")


async def in_the_books(scene: Scene, count: int) -> int:
    """How many are booked, once there are so many, or after ten seconds."""
    for _ in range(100):
        if (booked := await scene.booked()) >= count:
            break
        await asyncio.sleep(0.1)
    return booked


async def test_a_store_that_is_away_at_the_start_is_served_without(deploys: Deploys) -> None:
    """
    A cold start waits for it no longer than declared, and serves; closed, it says 503.
    """
    async with deploys(
        RELAY_CONFIG=LIMIT, KV_REST_API_URL="http://127.0.0.1:9", RELAY_ON_STORE_DOWN="open"
    ) as scene:
        served = await scene.function.ask()
    async with deploys(
        KV_REST_API_URL="http://127.0.0.1:9", RELAY_CONFIG=LIMIT, RELAY_ON_STORE_DOWN="closed"
    ) as scene:
        refused = await scene.function.ask()

    assert (200, "store") == (served.status, served.header("x-relay-degraded"))
    assert (503, "store_unavailable") == (refused.status, refused.error["code"])


async def test_no_store_linked(deploys: Deploys) -> None:
    """
    Everything works, each answer says that nothing is kept, and the page says what to link.
    """
    async with deploys(KV_REST_API_URL="", KV_REST_API_TOKEN="") as scene:
        heard = [await scene.function.ask(), await scene.function.ask(stream=True)]
        seen = await scene.function.get("/", ("accept", "text/html"))

    assert [(200, "store")] * 2 == [(one.status, one.header("x-relay-degraded")) for one in heard]
    assert 200 == seen.status
    assert "Upstash for Redis" in seen.body.decode()


@pytest.mark.parametrize(
    "prefix", ["", "STORAGE_"], ids=["the integration's names", "with a prefix of the project's"]
)
@pytest.mark.parametrize("family", ["KV_REST_API", "UPSTASH_REDIS_REST"])
async def test_both_families_of_names(deploys: Deploys, family: str, prefix: str) -> None:
    """
    Whatever the integration calls them, and with white space from pasting: the store is used.
    """
    async with deploys(many=0) as around:
        names = {
            "KV_REST_API_URL": "",
            "KV_REST_API_TOKEN": "",
            f"{prefix}{family}_URL": f" {around.upstash.url}\n",
            f"{prefix}{family}_TOKEN": f"{TOKEN}\n",
        }
        async with deploys(**names) as scene:
            heard = await scene.function.ask(number=1)
            await scene.function.ended(1)
            booked = await scene.booked()

    assert (200, None, 1) == (heard.status, heard.header("x-relay-degraded"), booked)


async def test_no_secret_is_in_the_log(deploys: Deploys) -> None:
    """
    The platform's log has a line for each request, and no key, token or secret in it.
    """
    async with deploys() as scene:
        heard = await scene.function.ask(number=1)
        await scene.function.ended(1)
        logged = scene.function.logged()

    assert str(heard.header("x-request-id")) in logged
    for secret in (*THREE.values(), "sk-provider-one", TOKEN):
        assert secret not in logged
