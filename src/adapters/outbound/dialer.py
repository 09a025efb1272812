"""Making connections: names to addresses, the first address that answers, TLS on top.

A `Dialer` is handed to `Outbound`. One that guards addresses does so between `resolve` and
`connect`: the address that was checked is the address that is called.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest
from typing import Protocol

from attrs import frozen

#: RFC 8305, section 5, "Connection Attempt Delay".
STAGGER = 0.25

#: A provider may think for minutes; probes keep the path through NATs open meanwhile.
_KEEP_ALIVE = (("TCP_KEEPIDLE", 45), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))


class Dialer(Protocol):
    """Connects a protocol made by `make` to host and port, with TLS when `tls` is given.

    Raises OSError (ssl.SSLError is one) or UpstreamError; cancelled, it leaves nothing open.
    """

    def __call__(
        self,
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        make: Callable[[], asyncio.Protocol],
    ) -> Awaitable[tuple[asyncio.Transport, asyncio.Protocol]]: ...


@frozen
class Endpoint:
    """One address of a host."""

    family: socket.AddressFamily
    address: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]


async def dial(
    host: str, port: int, tls: ssl.SSLContext | None, make: Callable[[], asyncio.Protocol]
) -> tuple[asyncio.Transport, asyncio.Protocol]:
    """The ordinary dialer: any address the name resolves to."""
    return await secure(await connect(await resolve(host, port)), host, tls, make)


async def resolve(host: str, port: int) -> tuple[Endpoint, ...]:
    """Every address of the host, families in turns (RFC 8305, section 4). Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    endpoints = [Endpoint(family, address) for family, _, _, _, address in found]
    first = [one for one in endpoints if one.family == endpoints[0].family]
    other = [one for one in endpoints if one.family != endpoints[0].family]
    turns = chain.from_iterable(zip_longest(first, other))
    return tuple(one for one in turns if one is not None)


async def connect(endpoints: Sequence[Endpoint]) -> socket.socket:
    """A socket to the first address that answers; the next is tried as soon as one fails, and
    after `STAGGER` seconds beside it. Raises the first OSError when none answers."""
    if len(endpoints) == 1:
        return await _connect_one(endpoints[0])
    racers: list[asyncio.Task[socket.socket]] = []
    try:
        for endpoint in endpoints:
            racers.append(asyncio.create_task(_connect_one(endpoint)))
            if (winner := await _winner(racers, patience=STAGGER)) is not None:
                return winner
        if (winner := await _winner(racers, patience=None)) is not None:
            return winner
        raise _first_error(racers)
    finally:
        await _dismiss(racers)


async def secure(
    sock: socket.socket,
    host: str,
    tls: ssl.SSLContext | None,
    make: Callable[[], asyncio.Protocol],
) -> tuple[asyncio.Transport, asyncio.Protocol]:
    """A transport over the socket, which it owns from here on. With TLS the certificate has to
    be `host`'s, whatever address the socket is connected to."""
    return await asyncio.get_running_loop().create_connection(
        make, sock=sock, ssl=tls, server_hostname=None if tls is None else host
    )


async def _connect_one(endpoint: Endpoint) -> socket.socket:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE:
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        await asyncio.get_running_loop().sock_connect(sock, endpoint.address)
    except BaseException:
        sock.close()
        raise
    return sock


async def _winner(
    racers: list[asyncio.Task[socket.socket]], patience: float | None
) -> socket.socket | None:
    """The first socket there is; None when all failed, or one more should start."""
    while running := [racer for racer in racers if not racer.done()]:
        done, _ = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        for racer in done:
            if racer.exception() is None:
                racers.remove(racer)  # it is the caller's now, not to be dismissed
                return racer.result()
        if patience is not None:
            return None
    return None


def _first_error(racers: list[asyncio.Task[socket.socket]]) -> BaseException:
    errors = [error for racer in racers if (error := racer.exception()) is not None]
    return errors[0] if errors else OSError("the name has no address")


async def _dismiss(racers: list[asyncio.Task[socket.socket]]) -> None:
    """Ends every racer that is left, and closes what it won meanwhile."""
    for racer in racers:
        racer.cancel()
    for outcome in await asyncio.gather(*racers, return_exceptions=True):
        if isinstance(outcome, socket.socket):
            outcome.close()
