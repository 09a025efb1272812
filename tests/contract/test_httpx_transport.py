"""What every HTTP client here does alike: ours, httpx over ours, and httpx's own as the measure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest
from attrs import frozen

from src.adapters.outbound import Outbound, OutboundTransport
from src.domain.errors import Silent, Unreachable, UpstreamError
from tests.http.outbound_cases import CASES, OK
from tests.http.outbound_wire import Peer, free_port, saying, saying_once, serving

WAIT = 0.5
BODY = b'{"model": "m"}'


@frozen
class Seen:
    """What came back, and how it went wrong: unreachable, silent or broken."""

    status: int = 0
    headers: Mapping[str, str] = {}
    body: bytes = b""
    failure: str = ""


Fetch = Callable[[str, str], Awaitable[Seen]]


@asynccontextmanager
async def ours() -> AsyncIterator[Fetch]:
    outbound = Outbound()
    now = asyncio.get_running_loop().time

    async def fetch(method: str, url: str) -> Seen:
        seen = Seen()
        headers, until = (("x-a", "1"),), now() + WAIT
        try:
            async with outbound.send(
                method, url, headers, BODY, connect=WAIT, open_by=until
            ) as exchange:
                seen = Seen(exchange.status, exchange.headers)
                while data := await exchange.read(now() + WAIT):
                    seen = Seen(seen.status, seen.headers, seen.body + data)
        except Unreachable:
            return Seen(failure="unreachable")
        except Silent:
            return Seen(seen.status, seen.headers, seen.body, "silent")
        except UpstreamError:
            return Seen(seen.status, seen.headers, seen.body, "broken")
        return seen

    yield fetch
    await outbound.aclose()


async def over_httpx(client: httpx.AsyncClient, method: str, url: str) -> Seen:
    seen = Seen()
    try:
        async with client.stream(method, url, headers={"x-a": "1"}, content=BODY) as response:
            headers = dict(response.headers)
            seen = Seen(response.status_code, headers)
            async for data in response.aiter_raw():
                seen = Seen(seen.status, headers, seen.body + data)
    except httpx.ConnectError:
        return Seen(failure="unreachable")
    except httpx.TimeoutException:
        return Seen(seen.status, seen.headers, seen.body, "silent")
    except httpx.TransportError:
        return Seen(seen.status, seen.headers, seen.body, "broken")
    return seen


@asynccontextmanager
async def httpx_over_ours() -> AsyncIterator[Fetch]:
    outbound = Outbound()
    transport = OutboundTransport(outbound)
    async with httpx.AsyncClient(transport=transport, timeout=WAIT, trust_env=False) as client:
        yield lambda method, url: over_httpx(client, method, url)
    await outbound.aclose()


@asynccontextmanager
async def httpx_itself() -> AsyncIterator[Fetch]:
    async with httpx.AsyncClient(timeout=WAIT, trust_env=False) as client:
        yield lambda method, url: over_httpx(client, method, url)


CLIENTS = {"ours": ours, "httpx-over-ours": httpx_over_ours, "httpx": httpx_itself}


@pytest.fixture(params=CLIENTS)
async def fetch(request: pytest.FixtureRequest) -> AsyncIterator[Fetch]:
    async with CLIENTS[request.param]() as one:
        yield one


@pytest.mark.parametrize("name", CASES)
async def test_an_answer_means_the_same_to_every_client(fetch: Fetch, name: str) -> None:
    """
    Status, body and failure of each answer are what the RFC says.
    """
    case = CASES[name]
    async with serving(case.behaviour(case.said)) as wire:
        seen = await fetch(case.method, wire.url)

    assert (case.status, case.body, case.failure) == (seen.status, seen.body, seen.failure)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.failure])
async def test_an_answer_may_come_byte_by_byte(fetch: Fetch, name: str) -> None:
    """
    How the network cuts the bytes changes nothing.
    """
    case = CASES[name]
    pieces = [case.said[at : at + 1] for at in range(len(case.said))]
    async with serving(case.behaviour(*pieces)) as wire:
        seen = await fetch(case.method, wire.url)

    assert (case.status, case.body, "") == (seen.status, seen.body, seen.failure)


async def test_headers_are_lower_case_and_joined(fetch: Fetch) -> None:
    """
    Header names come in lower case, values of one name joined by commas, empty values stay.
    """
    said = OK + b"X-One: a\r\nx-one: b\r\nX-Empty:\r\nX-Two:  c \r\nContent-Length: 0\r\n\r\n"
    async with serving(saying(said)) as wire:
        headers = (await fetch("POST", wire.url)).headers

    expected = {"x-one": "a, b", "x-empty": "", "x-two": "c", "content-length": "0"}
    assert expected == dict(headers)


async def test_a_connection_serves_again(fetch: Fetch) -> None:
    """
    Three requests in a row use one connection.
    """
    async with serving(saying(OK + b"Content-Length: 2\r\n\r\nok")) as wire:
        bodies = [(await fetch("POST", wire.url)).body for _ in range(3)]

        assert (1, [b"ok"] * 3) == (wire.connections, bodies)


@pytest.mark.parametrize("name", ["connection: close", "HEAD"])
async def test_after_an_odd_answer_the_next_request_is_served(fetch: Fetch, name: str) -> None:
    """
    What ends a connection does not end the next request.
    """
    case = CASES[name]
    async with serving(case.behaviour(case.said)) as wire:
        seen = [await fetch(case.method, wire.url) for _ in range(3)]

    assert [(case.body, "")] * 3 == [(one.body, one.failure) for one in seen]


async def test_a_connection_closed_while_idle_is_not_used(fetch: Fetch) -> None:
    """
    A provider that closes an idle connection is simply called on a new one.
    """
    async with serving(saying_once(OK + b"Content-Length: 2\r\n\r\nok")) as wire:
        seen = []
        for _ in range(3):
            seen.append((await fetch("POST", wire.url)).failure)
            await asyncio.sleep(0.02)  # the network brings the provider's FIN

        assert (3, ["", "", ""]) == (wire.connections, seen)


async def test_nobody_listening_is_unreachable(fetch: Fetch) -> None:
    """
    A refused connection is told apart from a broken one.
    """
    url = f"http://127.0.0.1:{await free_port()}/"

    assert "unreachable" == (await fetch("POST", url)).failure


async def test_tls_to_a_plain_port_is_unreachable(fetch: Fetch) -> None:
    """
    A failed handshake counts as no connection.
    """

    async def behave_plainly(peer: Peer) -> None:
        """Closes at once."""

    async with serving(behave_plainly) as wire:
        seen = await fetch("POST", wire.url.replace("http:", "https:"))

    assert "unreachable" == seen.failure
