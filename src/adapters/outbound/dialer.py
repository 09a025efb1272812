"""Making connections: names to addresses, the first address that answers, TLS on top.

A `Dialer` is handed to `Outbound`. One that guards addresses does so between `resolve` and
`connect`: the address that was checked is the address that is called.

No socket object is made here, though that would be simpler: uvloop, cancelled while it takes
over a socket, closes the descriptor, the object closes it again, and hits somebody else's.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest
from typing import Protocol, TypeVar

#: RFC 8305, section 5, "Connection Attempt Delay", in seconds.
STAGGER = 0.25

#: A provider may think for minutes; probes keep the path through NATs open meanwhile.
_KEEP_ALIVE = (("TCP_KEEPIDLE", 45), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))

Spoken = TypeVar("Spoken", bound=asyncio.Protocol)


class Dialer(Protocol):
    """Connects a protocol to host and port, with TLS when `tls` is given. `make` is called once
    for every address that is tried; the protocol that connected comes back with its transport.

    Raises OSError (ssl.SSLError is one) or UpstreamError; cancelled, it leaves nothing open.
    """

    def __call__(
        self, host: str, port: int, tls: ssl.SSLContext | None, make: Callable[[], Spoken]
    ) -> Awaitable[tuple[asyncio.Transport, Spoken]]: ...


async def dial(
    host: str, port: int, tls: ssl.SSLContext | None, make: Callable[[], Spoken]
) -> tuple[asyncio.Transport, Spoken]:
    """The ordinary dialer: any address the name resolves to."""
    name = None if tls is None else host

    async def attempt(address: str) -> tuple[asyncio.Transport, Spoken]:
        loop = asyncio.get_running_loop()
        made = await loop.create_connection(make, address, port, ssl=tls, server_hostname=name)
        _keep_alive(made[0])
        return made

    return await connect(await resolve(host, port), attempt)


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address of the host, families in turns (RFC 8305, section 4). Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    first = [str(address[0]) for family, _, _, _, address in found if family == found[0][0]]
    other = [str(address[0]) for family, _, _, _, address in found if family != found[0][0]]
    turns = chain.from_iterable(zip_longest(first, other))
    return tuple(address for address in turns if address is not None)


Made = tuple[asyncio.Transport, Spoken]


async def connect(
    addresses: Sequence[str], attempt: Callable[[str], Awaitable[Made[Spoken]]]
) -> Made[Spoken]:
    """The first attempt that succeeds; the next starts as soon as one fails, and after `STAGGER`
    seconds beside it. Raises the first error when none succeeds."""
    if len(addresses) == 1:
        return await attempt(addresses[0])
    racers: list[asyncio.Future[Made[Spoken]]] = []
    try:
        winner = await _race(addresses, attempt, racers)
        racers.remove(winner)
    finally:
        # No await here: cancelled in it, we would lose the winner. Losers clean up themselves.
        for racer in racers:
            racer.add_done_callback(_discard)
            racer.cancel()
    return winner.result()


async def _race(
    addresses: Sequence[str],
    attempt: Callable[[str], Awaitable[Made[Spoken]]],
    racers: list[asyncio.Future[Made[Spoken]]],
) -> asyncio.Future[Made[Spoken]]:
    for address in addresses:
        racers.append(asyncio.ensure_future(attempt(address)))
        if (winner := await _winner(racers, patience=STAGGER)) is not None:
            return winner
    while any(not racer.done() for racer in racers):
        if (winner := await _winner(racers, patience=None)) is not None:
            return winner
    errors = (error for racer in racers if (error := racer.exception()) is not None)
    raise next(errors, OSError("the name has no address"))


async def _winner(
    racers: Sequence[asyncio.Future[Made[Spoken]]], patience: float | None
) -> asyncio.Future[Made[Spoken]] | None:
    """The first that made it, if that is the next thing to happen within `patience` seconds;
    None when one failed instead or nothing happened."""
    running = [racer for racer in racers if not racer.done()]
    done, _ = await asyncio.wait(running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    return next((racer for racer in done if racer.exception() is None), None)


def _discard(racer: asyncio.Future[Made[Spoken]]) -> None:
    """Closes what a loser connected after all."""
    if not racer.cancelled() and racer.exception() is None:
        racer.result()[0].abort()


def _keep_alive(transport: asyncio.Transport) -> None:
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE:
        if hasattr(socket, name):  # not on every platform
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
