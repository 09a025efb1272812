"""The carrier over TCP: its address, its password, its connections."""

import asyncio
import ssl
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from src.adapters.stores.redis.carrier import Script
from src.adapters.stores.redis.tcp import TcpCarrier
from src.domain.errors import (
    ConfigurationError,
    StoreForbids,
    StoreGarbled,
    StoreOverQuota,
    StoreRefused,
    StoreUnavailable,
    StoreUnreachable,
)
from tests.support.carriers import over_tcp
from tests.support.listening import listening
from tests.support.redis_server import OwnServer, own_server
from tests.support.resp import connected
from tests.support.severed import severed
from tests.support.upstash_faults import MONTHLY

ECHO = Script("echo", "return {KEYS[1], unpack(ARGV)}")
PASSWORD = "open, sesame/@:ß"
#: TLS without certificates, so that no private key lies about here.
UNNAMED = "AECDH-AES256-SHA:@SECLEVEL=0"
QUOTED = "open%2C%20sesame%2F%40%3A%C3%9F"


def unnamed() -> ssl.SSLContext:
    """A server's side of it."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    tls.set_ciphers(UNNAMED)
    return tls


@pytest.fixture(scope="module")
def guarded() -> Iterator[OwnServer]:
    with own_server(password=PASSWORD, durable=False) as server:
        yield server


@pytest.mark.parametrize("user", ["", "default"])
async def test_user_password_and_database(guarded: OwnServer, user: str) -> None:
    """
    They are read from the URL, percent-encoded.
    """
    url = f"redis://{user}:{QUOTED}@127.0.0.1:{guarded.port}/3"
    async with over_tcp(url) as carrier:
        await carrier.run(["SET", "here", "yes"])
    third = await connected(guarded.port, PASSWORD, db=3)
    found = await third("GET", "here")
    await third.aclose()

    assert b"yes" == found


@pytest.mark.parametrize("user", ["", ":wrong-password@", f"nobody:{QUOTED}@"])
async def test_who_may_not_is_told(guarded: OwnServer, user: str) -> None:
    """
    A missing or wrong password, a user that is not there: forbidden, and not repeated.
    """
    async with over_tcp(f"redis://{user}127.0.0.1:{guarded.port}") as carrier:
        for call in (carrier.evaluate(ECHO, ["k"], []), carrier.run(["PING"])):
            with pytest.raises(StoreForbids, match="mend REDIS_URL") as caught:
                await call
            said = f"{caught.value!r} {caught.value.__cause__!r}"

            assert "wrong-password" not in said and "sesame" not in said


async def test_a_user_who_may_not_run_scripts(guarded: OwnServer) -> None:
    """
    It is refused with what it lacks; that it may not name its connection is no matter.
    """
    operator = await connected(guarded.port, PASSWORD)
    await operator("ACL", "SETUSER", "reader", "on", ">reader-password", "~*", "+get")
    await operator.aclose()
    async with over_tcp(f"redis://reader:reader-password@127.0.0.1:{guarded.port}") as carrier:
        with pytest.raises(StoreRefused, match="allow it scripts"):
            await carrier.evaluate(ECHO, ["k"], [])

        assert (None,) == await carrier.run(["GET", "nothing"])


async def test_connections_are_kept_named_and_few(redis_url: str) -> None:
    """
    Calls one after the other share one connection; many at once open no more than so many.
    """
    with own_server(durable=False) as server:
        carrier = TcpCarrier(server.url, connections=4, wait=30)
        for _ in range(5):
            await carrier.evaluate(ECHO, ["k"], [])
        operator = await connected(server.port)
        alone = await operator("CLIENT", "LIST")
        await asyncio.gather(*(carrier.evaluate(ECHO, ["k"], []) for _ in range(100)))
        crowd = await operator("CLIENT", "LIST")
        await carrier.aclose()
        await operator.aclose()

    assert isinstance(alone, bytes) and isinstance(crowd, bytes)
    assert (1, 4) == (alone.count(b"name=airelay"), crowd.count(b"name=airelay"))


async def test_a_connection_the_server_closed_is_not_used(redis_url: str) -> None:
    """
    What went away while it was idle is found out before anything is sent on it.
    """
    with own_server(durable=False) as server:
        async with over_tcp(server.url) as carrier:
            await carrier.evaluate(ECHO, ["k"], [])
            operator = await connected(server.port)
            await operator("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
            await operator.aclose()
            await asyncio.sleep(0.05)

            assert [b"k"] == await carrier.evaluate(ECHO, ["k"], [])


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b":seven\r\n", b"$x\r\n"])
async def test_what_is_no_redis(said: bytes) -> None:
    """
    Another protocol at that address is no store, with what to mend.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1 << 16):
            writer.write(said)
            await writer.drain()

    async with listening(serve) as port, over_tcp(f"redis://127.0.0.1:{port}", bound=1) as carrier:
        with pytest.raises((StoreGarbled, StoreUnreachable), match="mend REDIS_URL"):
            await carrier.evaluate(ECHO, ["k"], [])


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (b"-MOVED 3999 10.0.0.1:6381", StoreRefused, "node of a cluster"),
        (b"-LOADING Redis is loading the dataset in memory", StoreRefused, "wait until"),
        (f"-{MONTHLY.text}".encode(), StoreOverQuota, "raise the plan"),
    ],
)
async def test_a_server_that_refuses_everything(
    reply: bytes, kind: type[StoreUnavailable], says: str
) -> None:
    """
    What it complains of has its kind and its mend; what all commands would meet is raised.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(b"+OK\r\n" if b"SETNAME" in data else reply + b"\r\n")
            await writer.drain()

    async with listening(serve) as port, over_tcp(f"redis://127.0.0.1:{port}") as carrier:
        with pytest.raises(kind, match=says):
            await carrier.evaluate(ECHO, ["k"], [])
        if kind is StoreOverQuota:
            with pytest.raises(kind, match=says):
                await carrier.run(["GET", "k"])


async def test_tls(redis_url: str) -> None:
    """
    `rediss://` speaks TLS; calls that are cancelled leave nothing behind there either.
    """
    options = urlencode(
        {"ssl_cert_reqs": "none", "ssl_check_hostname": "no", "ssl_ciphers": UNNAMED}
    )
    async with (
        severed(redis_url, tls=unnamed()) as wire,
        over_tcp(f"{wire.url}?{options}") as carrier,
    ):
        for number in range(20):
            call = asyncio.ensure_future(carrier.evaluate(ECHO, ["k"], ["x" * 100_000]))
            await asyncio.sleep(number / 4000)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)

            assert [b"k", b"%d" % number] == await carrier.evaluate(ECHO, ["k"], [str(number)])


async def test_a_certificate_is_asked_for(redis_url: str) -> None:
    """
    Unless the options say otherwise a server that has none is not spoken to.
    """
    async with severed(redis_url, tls=unnamed()) as wire, over_tcp(wire.url) as carrier:
        with pytest.raises(StoreUnreachable):
            await carrier.evaluate(ECHO, ["k"], [])


async def test_tls_is_not_done_without(redis_url: str) -> None:
    """
    `rediss://` to a server without TLS fails; nothing is sent in the clear instead.
    """
    async with over_tcp(redis_url.replace("redis://", "rediss://"), bound=2) as carrier:
        with pytest.raises(StoreUnreachable, match=r"^rediss://"):
            await carrier.evaluate(ECHO, ["k"], [])


@pytest.mark.parametrize(
    "url",
    [
        "http://:secret-pass@localhost",
        "redis://:secret-pass@localhost:port",
        "redis://:secret-pass@localhost?no_such_option=1",
        "redis://:secret-pass@localhost?db=x",
        "rediss://:secret-pass@localhost?ssl_cert_reqs=nonsense",
        "nonsense",
    ],
)
async def test_an_address_that_is_none(url: str) -> None:
    """
    Nothing is made of it; the mistake has its mend, and not the password.
    """
    with pytest.raises(ConfigurationError) as caught:
        TcpCarrier(url)

    assert ["REDIS_URL"] == [problem.path for problem in caught.value.problems]
    assert "secret-pass" not in f"{caught.value!r}"
