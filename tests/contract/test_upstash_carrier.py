"""The carrier to Upstash: each of its faults by its name, what is sent, and what is not."""

from collections.abc import AsyncIterator

import pytest
from attrs import frozen

from src.adapters.stores.redis.carrier import Carrier, Script
from src.domain.errors import (
    NotStorable,
    StoreForbids,
    StoreGarbled,
    StoreOverQuota,
    StoreUnavailable,
    StoreUnreachable,
)
from tests.support import upstash_faults as faults
from tests.support.carriers import to_upstash
from tests.support.upstash import READ_ONLY, TOKEN, Upstash, standing_in

ECHO = Script("echo", "return {KEYS[1], unpack(ARGV)}")
COUNT = Script("count", "return redis.call('INCR', KEYS[1])")
SOON = 0.3


@pytest.fixture
async def upstash(redis_url: str) -> AsyncIterator[Upstash]:
    async with standing_in(redis_url) as stand_in:
        yield stand_in


@pytest.fixture
async def carrier(upstash: Upstash) -> AsyncIterator[Carrier]:
    async with to_upstash(upstash.url, bound=SOON) as opened:
        yield opened


@frozen
class Case:
    name: str
    fault: faults.Fault
    kind: type[StoreUnavailable]
    says: str

    def __str__(self) -> str:
        return self.name


CASES = [
    Case("hangs", faults.Hang(), StoreUnreachable, "cannot be reached"),
    Case("too late", faults.Late(SOON * 2), StoreUnreachable, "cannot be reached"),
    Case("dropped before", faults.Dropped(False), StoreUnreachable, "cannot be reached"),
    Case("dropped after", faults.Dropped(True), StoreUnreachable, "cannot be reached"),
    Case("torn", faults.Torn(3), StoreUnreachable, "cannot be reached"),
    Case("monthly", faults.MONTHLY, StoreOverQuota, "raise the plan"),
    Case("monthly, one for all", faults.MONTHLY_AT_ONCE, StoreOverQuota, "raise the plan"),
    Case("daily", faults.DAILY, StoreOverQuota, "raise the plan"),
    Case("throttled", faults.Said(429, b"slow down"), StoreOverQuota, "raise the plan"),
    Case("wrong password", faults.FORBIDDEN, StoreForbids, "token"),
    Case("401 of a proxy", faults.Said(401, b"<html>"), StoreForbids, "token"),
    Case("HTML 502", faults.BAD_GATEWAY, StoreGarbled, "502"),
    Case("login page", faults.LOGIN_PAGE, StoreGarbled, "200"),
    Case("redirect", faults.Said(301, b""), StoreGarbled, "301"),
    Case("half JSON", faults.HALF_JSON, StoreGarbled, "200"),
    Case("no UTF-8", faults.NOT_TEXT, StoreGarbled, "200"),
    Case("no base64", faults.NOT_BASE64, StoreGarbled, "200"),
    Case("no result", faults.NO_RESULT, StoreGarbled, "200"),
    Case("empty", faults.EMPTY, StoreGarbled, "200"),
    Case("a number that is none", faults.Said(200, b'{"result":1.5}'), StoreGarbled, "200"),
    Case("fewer answers than commands", faults.Said(200, b'[{"result":1}]'), StoreGarbled, "200"),
    Case("500 with a result", faults.Said(500, b'{"result":1}'), StoreGarbled, "500"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_fault_is_called_by_its_name(
    case: Case, carrier: Carrier, upstash: Upstash, namespace: str
) -> None:
    """
    Each has its kind and its mend, for one script and for several commands; it is sent once, no
    secret is in its words, and the next call is served.
    """
    await carrier.evaluate(COUNT, [namespace], [])
    calls = (carrier.evaluate(COUNT, [namespace], []), carrier.run(["GET", namespace], ["PING"]))
    for call in calls:
        trips, upstash.plan = upstash.trips, faults.once(case.fault)
        with pytest.raises(case.kind, match=case.says) as caught:
            await call

        assert case.kind is caught.type
        assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r}"
        assert trips + 1 == upstash.trips
    assert [b"k"] == await carrier.evaluate(ECHO, ["k"], [])


async def test_what_is_too_large_is_not_storable(carrier: Carrier, upstash: Upstash) -> None:
    """
    A request above the plan's size is refused alone; nobody concludes that the store is away.
    """
    upstash.plan = faults.once(faults.TOO_LARGE)
    with pytest.raises(NotStorable):
        await carrier.evaluate(ECHO, ["k"], ["large"])


@pytest.mark.parametrize("token", ["", "nonsense-token-0123456789"])
async def test_a_wrong_token(token: str, upstash: Upstash) -> None:
    """
    It is forbidden, for one script as for several commands, and the token is not repeated.
    """
    async with to_upstash(upstash.url, token) as carrier:
        for call in (carrier.evaluate(ECHO, ["k"], []), carrier.run(["PING"], ["PING"])):
            with pytest.raises(StoreForbids, match="mend it") as caught:
                await call

            assert "nonsense" not in str(caught.value)


async def test_a_token_that_the_server_repeats_is_taken_out(
    carrier: Carrier, upstash: Upstash
) -> None:
    """
    Whatever the server says, our token is not in the error.
    """
    upstash.plan = faults.once(faults.Refuses(f"ERR no such thing: {TOKEN}"))
    with pytest.raises(StoreUnavailable, match="no such thing") as caught:
        await carrier.evaluate(ECHO, ["k"], [])
    upstash.plan = faults.once(faults.Refuses(f"ERR no such thing: {TOKEN}"))
    told = await carrier.run(["PING"])

    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(told)


async def test_what_is_sent(carrier: Carrier, upstash: Upstash) -> None:
    """
    POST with the token in a header, answers in base64, no telemetry; one connection for all.
    """
    await carrier.evaluate(ECHO, ["k"], ["a"])
    await carrier.run(["PING"])
    headers = [heard.headers for heard in upstash.heard]

    assert {("POST", "/"), ("POST", "/pipeline")} == {(h.method, h.target) for h in upstash.heard}
    assert {f"Bearer {TOKEN}"} == {sent["authorization"] for sent in headers}
    assert {"base64"} == {sent["upstash-encoding"] for sent in headers}
    assert not [name for sent in headers for name in sent if "telemetry" in name]
    assert {0} == {heard.connection for heard in upstash.heard}


async def test_what_was_written_is_read(carrier: Carrier, upstash: Upstash) -> None:
    """
    The token of the last answer goes with the next request, so that a replica waits for it.
    """
    for _ in range(3):
        await carrier.run(["PING"])

    assert ["", "v1", "v2"] == [heard.headers["upstash-sync-token"] for heard in upstash.heard]


async def test_a_read_only_token_may_not_run_scripts(upstash: Upstash) -> None:
    """
    The operator is told what the user of the token lacks.
    """
    async with to_upstash(upstash.url, READ_ONLY) as carrier:
        with pytest.raises(StoreUnavailable, match="allow it scripts"):
            await carrier.evaluate(ECHO, ["k"], [])


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret-pass@db.example",
        "https://db.example:99999",
        "ftp://db.example",
        "nonsense",
        "",
        "https://[::1",
    ],
)
async def test_an_address_that_is_none(url: str) -> None:
    """
    It is unreachable, with what to mend and without what may be secret in it.
    """
    async with to_upstash(url) as carrier:
        with pytest.raises(StoreUnreachable, match="mend KV_REST_API_URL") as caught:
            await carrier.evaluate(ECHO, ["k"], [])

    assert "secret-pass" not in f"{caught.value} {caught.value.__cause__}"
