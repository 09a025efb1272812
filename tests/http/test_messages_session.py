"""A conversation stays where it is while that is well, and never longer than that."""

import pytest
from attrs import evolve

from src.domain.catalogue import Snapshot, Strategy, VirtualModel
from tests.support import messaging
from tests.support.behaviours import hang_up
from tests.support.catalogue import provider, snapshot, target
from tests.support.messaging import MODEL, ask
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, running_relay
from tests.support.script import by_key

KEYS = [f"sk-ant-{number}" for number in range(6)]
NAMES = ["x-relay-session", "x-claude-code-session-id"]


def of(name: str, at: ScriptedProvider, keys: list[str] = KEYS) -> Snapshot:
    return snapshot(
        provider(name, at, keys=keys, models=(MODEL,), dialect="anthropic_messages"),
    )


async def asked(relay: Relay, header: str, session: str) -> tuple[str | None, str | None]:
    """Target and key of one more request of that session."""
    heard = await ask(relay, headers=[(header, session)])
    assert 200 == heard.status
    return heard.header("x-relay-provider"), heard.header("x-relay-key")


@pytest.mark.parametrize("header", NAMES)
async def test_a_session_keeps_its_key(header: str) -> None:
    """
    Between requests of others, which take their turns.
    """
    async with scripted(messaging.speaks()) as one, running_relay(of("one", one)) as relay:
        kept, others = set(), set()
        for _ in range(7):
            kept.add(await asked(relay, header, "a conversation"))
            others.add((await ask(relay)).header("x-relay-key"))

    assert 1 == len(kept)
    assert len(KEYS) == len(others)


async def test_sessions_are_spread() -> None:
    """
    Many of them use the whole pool.
    """
    async with scripted(messaging.speaks()) as one, running_relay(of("one", one)) as relay:
        used = {(await asked(relay, NAMES[0], f"s{number}"))[1] for number in range(40)}

    assert len(KEYS) == len(used)


async def test_ours_goes_over_claude_codes() -> None:
    """
    Who names a session by our header means it.
    """
    async with scripted(messaging.speaks()) as one, running_relay(of("one", one)) as relay:
        used = set()
        for number in range(8):
            both = [(NAMES[0], "mine"), (NAMES[1], f"other {number}")]
            used.add((await ask(relay, headers=both)).header("x-relay-key"))

    assert 1 == len(used)


@pytest.mark.parametrize("strategy", ["round_robin", "weighted"])
async def test_a_session_keeps_its_target(strategy: Strategy) -> None:
    """
    However a virtual model spreads its requests.
    """
    async with scripted(messaging.speaks()) as one, scripted(messaging.speaks()) as two:
        targets = (target(f"one/{MODEL}"), target(f"two/{MODEL}"))
        spread = VirtualModel("spread", targets=targets, strategy=strategy)
        both = (*of("one", one).providers, *of("two", two).providers)
        configured = evolve(of("one", one), providers=both, virtual_models=(spread,))
        async with running_relay(configured) as relay:
            homes = set()
            for session in range(12):
                said = [(NAMES[0], f"s{session}")]
                heard = [await ask(relay, "spread", headers=said) for _ in range(3)]
                found = {one.header("x-relay-provider") for one in heard}
                assert 1 == len(found)
                homes |= found

    assert {"one", "two"} == homes


async def test_a_key_that_rests_is_left_and_returned_to() -> None:
    """
    The session moves on at once, and comes back when its key does.
    """
    async with scripted(messaging.speaks()) as one, running_relay(of("one", one)) as relay:
        home = await asked(relay, NAMES[0], "s")
        secret = one.last.key
        limit = messaging.refused(429, "rate_limit_error", [("retry-after", "30")])
        one.play(by_key({secret: limit}, messaging.speaks()))
        away = await asked(relay, NAMES[0], "s")
        one.play(messaging.speaks())
        still = await asked(relay, NAMES[0], "s")
        relay.clock.turn(31)
        back = await asked(relay, NAMES[0], "s")

    assert home != away
    assert (away, home) == (still, back)


async def test_a_target_that_breaks_is_left() -> None:
    """
    Affinity is a wish: failover goes on as for everybody.
    """
    async with scripted(hang_up()) as one, scripted(messaging.speaks()) as two:
        chain = VirtualModel("chain", targets=(target(f"one/{MODEL}"), target(f"two/{MODEL}")))
        both = (*of("one", one).providers, *of("two", two).providers)
        configured = evolve(of("one", one), providers=both, virtual_models=(chain,))
        async with running_relay(configured) as relay:
            heard = await ask(relay, "chain", headers=[(NAMES[1], "s")])

    assert (200, "two") == (heard.status, heard.header("x-relay-provider"))
