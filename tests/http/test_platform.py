"""What a platform brings: an end to each request, a clock that calls, browsers that look in."""

import asyncio

import pytest
from dependency_injector import providers

from src.domain import quota
from src.domain.lines import Amounts
from src.domain.quota import Outcome
from src.domain.receipt import Receipt
from src.domain.setup import Lack
from src.entrypoints.container import Container
from tests.support.behaviours import chat, stall_after
from tests.support.caller import Heard, request
from tests.support.catalogue import CLIENT_KEY, provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import Relay, running_relay

OPERATOR, CLOCK = "adm-0f8c9e2b7a6d5f4e3c2b", "cron-0f8c9e2b7a6d5f4e3c2b"
LACKS = (Lack("admin", "RELAY_ADMIN_KEY", "weak"), Lack("signing", "RELAY_SIGNING_SECRET"))
HTML = ("accept", "text/html")


async def get(relay: Relay, path: str, *headers: tuple[str, str], key: str | None = None) -> Heard:
    return await relay.send(request(path, method="GET", headers=headers, key=key))


@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_ends_when_the_platform_says(stream: bool) -> None:
    """
    A stream with an error event, another with 504; the receipt says `deadline`, and the provider is
    let go and not blamed.
    """

    def hurried(container: Container) -> None:
        container.time_left.override(providers.Object(lambda: 0.4))

    async with scripted(stall_after(4)) as one:
        configured = snapshot(provider("one", one))
        async with running_relay(configured, wire=hurried) as relay:
            heard = await relay.ask(stream=stream)
            receipt = await relay.finished()
            await one.until(lambda one: one.last.gone_at is not None)

    assert (200 if stream else 504, "deadline_exceeded") == (heard.status, heard.error["code"])
    assert "deadline" == receipt.ending
    assert {} == dict(relay.container.health().known.breakers)


async def test_what_is_left_is_asked_anew_for_each_request() -> None:
    """
    One has little time and ends, the next has more and is served.
    """
    times = [0.3, 30.0]

    def counted(container: Container) -> None:
        container.time_left.override(providers.Object(lambda: times.pop(0)))

    async with (
        scripted(chat(gap=0.1)) as one,
        running_relay(snapshot(provider("one", one)), wire=counted) as relay,
    ):
        heard = [await relay.ask(stream=True) for _ in range(2)]

    assert [False, True] == [answer.done for answer in heard]


async def test_the_daily_job_is_the_operators() -> None:
    """
    The operator's key and the clock's secret open it; a client's does not, nor does none.
    """
    async with running_relay(snapshot(), admin_key=OPERATOR, cron_secret=CLOCK) as relay:
        heard = [await get(relay, "/api/cron/daily", key=key) for key in (OPERATOR, CLOCK)]
        others = [await get(relay, "/api/cron/daily", key=key) for key in (CLIENT_KEY, None)]

    assert [(200, {"status": "ok"})] * 2 == [(one.status, one.json) for one in heard]
    assert [401, 401] == [one.status for one in others]


async def test_the_daily_job_settles_what_died() -> None:
    """
    A hold past its end is booked as lost.
    """
    opened = Receipt("1", 1000.0, "team", "chat.completions", "m", stream=True)
    async with running_relay(snapshot(), admin_key=OPERATOR) as relay:
        until = relay.clock.now() + 1.0
        hold = quota.hold(opened, provider="one", amounts=Amounts(4), until=until)
        await relay.container.ledger().admit(hold)
        await relay.container.ledger().checkpoint(hold, Outcome(opened))
        held = await relay.container.journal().holds()
        relay.clock.turn(60.0)
        await get(relay, "/api/cron/daily", key=OPERATOR)
        holds = await relay.container.journal().holds()

    assert (1, ()) == (len(held), holds)


async def test_what_nobody_configured_says_so() -> None:
    """
    The operator's job and a temporary key: 503 with the variable, and a page for a browser.
    """
    async with running_relay(snapshot(), lacks=LACKS) as relay:
        daily = await get(relay, "/api/cron/daily", key=OPERATOR)
        temporary = await get(relay, "/v1/models", key="sk-rt1.s.eyJ2IjoxfQ.bWFj")
        seen = await get(relay, "/api/cron/daily", HTML, ("accept-language", "zh"))

    assert [503] * 3 == [heard.status for heard in (daily, temporary, seen)]
    assert "RELAY_ADMIN_KEY is too weak" in daily.error["message"]
    assert "RELAY_SIGNING_SECRET is not set" in temporary.error["message"]
    assert "<code>RELAY_ADMIN_KEY</code> 太弱" in seen.body.decode()


async def test_a_browser_gets_a_page_and_a_program_a_line() -> None:
    """
    At `/`: by what they read.
    """
    async with running_relay(snapshot(), lacks=LACKS) as relay:
        seen, read = await asyncio.gather(get(relay, "/", HTML), get(relay, "/"))

    assert (200, "text/html; charset=utf-8") == (seen.status, seen.header("content-type"))
    assert (200, "AI Relay") == (read.status, read.json["name"])
