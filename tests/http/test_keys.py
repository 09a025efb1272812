"""Many keys, several providers: who serves, who rests, and what the caller is told."""

import asyncio
import time
from collections import Counter
from email.utils import formatdate

import pytest

from tests.support.behaviours import chat, ok_chat, rate_limited, refused
from tests.support.catalogue import provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay
from tests.support.script import Behaviour, by_key, in_turn

FIRST, SECOND = "sk-first", "sk-second"


async def test_a_rate_limited_key_rests_as_long_as_it_was_told() -> None:
    """
    429 with `Retry-After: 2`: the second key serves, the first is untouched for 2 s and used
    again after.
    """
    script = by_key({FIRST: in_turn(rate_limited(2), ok_chat())}, otherwise=ok_chat())
    async with scripted(script) as one:
        pool = provider("one", one, keys=[FIRST, SECOND])
        async with running_relay(snapshot(pool)) as relay:
            heard = [await relay.ask() for _ in range(2)]
            limited = one.keys
            relay.clock.turn(1.5)
            heard += [await relay.ask() for _ in range(4)]
            resting = one.keys[len(limited) :]
            relay.clock.turn(1.0)
            heard += [await relay.ask() for _ in range(4)]
            awake = one.keys[len(limited) + len(resting) :]

    assert [200] * 10 == [answer.status for answer in heard]
    assert 1 == limited.count(FIRST)
    assert [SECOND] * 4 == resting
    assert {FIRST: 2, SECOND: 2} == Counter(awake)


async def test_a_rate_limited_key_rests_in_real_time() -> None:
    """
    The same without turning the clock: no call to the key for the time it was told.
    """
    script = by_key({FIRST: in_turn(rate_limited(0.5), ok_chat())}, otherwise=ok_chat())
    async with scripted(script) as one:
        pool = provider("one", one, keys=[FIRST, SECOND])
        async with (
            running_relay(snapshot(pool)) as relay,
            asyncio.timeout(10),
        ):
            while one.keys.count(FIRST) < 2:
                assert 200 == (await relay.ask()).status

    limited, again = (seen.at for seen in one.requests if seen.key == FIRST)
    assert again - limited >= 0.5
    assert again - limited < 2.0


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "refusal",
    [rate_limited(60), rate_limited(None), refused(401), refused(402), refused(403)],
    ids=["429", "429 without a hint", "401", "402", "403"],
)
async def test_nine_of_ten_keys_refuse(refusal: Behaviour, stream: bool) -> None:
    """
    One good key among ten serves every request, and after the first the others are left alone.
    """
    keys = [f"sk-bad-{number}" for number in range(9)] + ["sk-good"]
    async with relay_of(by_key({"sk-good": chat()}, otherwise=refusal), keys=keys) as (one, relay):
        first = await relay.ask(stream=stream)
        tried = len(one.requests)
        second = await relay.ask(stream=stream)

    assert (200, 200) == (first.status, second.status)
    assert ("10", "one-10") == (first.header("x-relay-attempts"), first.header("x-relay-key"))
    assert sorted(keys) == sorted(one.keys[:tried])
    if refusal != rate_limited(None):
        assert ["sk-good"] == one.keys[tried:]


HINTS = [
    ("seconds", (("Retry-After", "7"),), 7),
    ("fraction", (("Retry-After", "6.2"),), 7),
    ("milliseconds", (("retry-after-ms", "6500"), ("Retry-After", "30")), 7),
    (
        "reset header",
        (("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6s400ms")),
        7,
    ),
]


@pytest.mark.parametrize(("name", "headers", "seconds"), HINTS, ids=[hint[0] for hint in HINTS])
async def test_all_keys_resting_is_a_429_with_the_true_time(
    name: str, headers: tuple[tuple[str, str], ...], seconds: int
) -> None:
    """
    When every key rests the caller is told when the first is back, whoever said it and how; the
    provider is not asked again meanwhile.
    """
    script = by_key(
        {FIRST: rate_limited(None, headers=headers), SECOND: rate_limited(60)}, otherwise=ok_chat()
    )
    async with scripted(script) as one:
        pool = provider("one", one, keys=[FIRST, SECOND])
        async with running_relay(snapshot(pool)) as relay:
            meeting = await relay.ask()
            relay.clock.turn(2)
            resting = await relay.ask()

    assert [429, 429] == [meeting.status, resting.status]
    assert "rate_limited" == meeting.error["code"] == resting.error["code"]
    assert (str(seconds), str(seconds - 2)) == (
        meeting.header("retry-after"),
        resting.header("retry-after"),
    )
    assert 2 == len(one.requests)


async def test_a_date_is_a_time_to_rest_as_well() -> None:
    """
    `Retry-After` as a date counts from the answer's own `Date`.
    """
    now = time.time()
    headers = (
        ("Date", formatdate(now - 3600, usegmt=True)),
        ("Retry-After", formatdate(now - 3600 + 9, usegmt=True)),
    )
    async with relay_of(rate_limited(None, headers=headers)) as (_, relay):
        heard = await relay.ask()

    assert (429, "9") == (heard.status, heard.header("retry-after"))


async def test_a_short_rest_is_waited_for() -> None:
    """
    With nowhere else to go a rest within `longest_pause` is waited for, and the caller sees 200.
    """
    async with (
        scripted(in_turn(rate_limited(0.4), ok_chat())) as one,
        running_relay(snapshot(provider("one", one), longest_pause=2.5)) as relay,
    ):
        heard = await relay.ask()

    assert (200, "2") == (heard.status, heard.header("x-relay-attempts"))
    assert one.requests[1].at - one.requests[0].at >= 0.4


async def test_a_repeat_takes_another_key() -> None:
    """
    The one repeat after a 5xx goes out with a key that has not failed yet.
    """
    async with relay_of(in_turn(refused(503), ok_chat()), keys=[FIRST, SECOND]) as (one, relay):
        heard = await relay.ask()

    assert (200, [FIRST, SECOND]) == (heard.status, one.keys)


async def test_a_wrong_key_rests_for_every_model() -> None:
    """
    After 401 the whole key rests for 15 minutes; after 429 only the one model.
    """
    models = ["gpt-4o", "gpt-4.1"]
    script = by_key(
        {"sk-wrong": refused(401), "sk-busy": in_turn(rate_limited(600), ok_chat())},
        otherwise=ok_chat(),
    )
    async with scripted(script) as one:
        wrong = provider("wrong", one, keys=["sk-wrong", "sk-right"], models=["w-1", "w-2"])
        busy = provider("busy", one, keys=["sk-busy", "sk-calm"], models=models)
        async with running_relay(snapshot(wrong, busy)) as relay:
            for model in ("w-1", "w-1", "w-2", "w-2", "w-2"):
                assert 200 == (await relay.ask(model)).status
            for model in ("gpt-4o", "gpt-4o", "gpt-4.1", "gpt-4.1"):
                assert 200 == (await relay.ask(model)).status

    assert 1 == one.keys.count("sk-wrong")
    assert 2 == one.keys.count("sk-busy")


async def test_a_key_that_has_nothing_left_is_passed_over() -> None:
    """
    The provider says so beside a good answer: until it is there again the other key serves, and
    nobody is refused.
    """
    spent = (("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m0s"))
    script = by_key({FIRST: ok_chat(headers=spent)}, otherwise=ok_chat())
    async with scripted(script) as one:
        pool = provider("one", one, keys=[FIRST, SECOND])
        async with running_relay(snapshot(pool)) as relay:
            while FIRST not in one.keys:
                await relay.ask()
            before = len(one.keys)
            heard = [await relay.ask() for _ in range(6)]
            relay.clock.turn(61)
            heard += [await relay.ask() for _ in range(2)]

    assert [200] * 8 == [answer.status for answer in heard]
    assert [SECOND] * 6 == one.keys[before : before + 6]
    assert FIRST in one.keys[before + 6 :]
