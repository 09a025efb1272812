"""The pool: connections that may serve again, by origin, newest first."""

import asyncio
import ssl
from collections.abc import Callable, Iterable

from attrs import frozen

from ...domain.errors import Silent, Unreachable
from .address import Address, Origin, parse
from .connection import Connection
from .dialer import Dialer

#: URLs taken apart and remembered; a relay has a few dozen.
MAX_ADDRESSES = 1024


@frozen
class Limits:
    """What the pool keeps: idle connections per origin, and for how many seconds. Common load
    balancers close after 60 s; whoever closes first cannot be surprised."""

    idle_per_origin: int = 64
    idle_seconds: float = 55.0


DEFAULT_LIMITS = Limits()


class Pool:
    """Every connection of one event loop. A connection is either idle in here or at one
    exchange; `checkout` and `checkin` never await, so nothing can come between."""

    def __init__(self, limits: Limits, dialer: Dialer, tls: Callable[[], ssl.SSLContext]) -> None:
        self._limits = limits
        self._dialer = dialer
        self._make_tls = tls
        self._tls: ssl.SSLContext | None = None
        self._addresses: dict[str, Address] = {}
        self._idle: dict[Origin, list[Connection]] = {}
        self._open: set[Connection] = set()
        self._closed = False
        self._emptied: asyncio.Event | None = None

    @property
    def open_count(self) -> int:
        return len(self._open)

    @property
    def idle_count(self) -> int:
        return sum(map(len, self._idle.values()))

    def address(self, url: str) -> Address:
        """The URL, taken apart. Raises Unreachable."""
        address = self._addresses.get(url)
        if address is None:
            address = parse(url)
            if len(self._addresses) >= MAX_ADDRESSES:
                self._addresses.clear()
            self._addresses[url] = address
        return address

    def checkout(self, origin: Origin, now: float) -> Connection | None:
        """The idle connection that served last, if one is young enough."""
        idle = self._idle.get(origin)
        if not idle:
            return None
        connection = idle.pop()
        if now - connection.idle_since < self._limits.idle_seconds:
            return connection
        # The newest is too old, so all are.
        connection.abort()
        self.forget(origin)
        return None

    def checkin(self, connection: Connection, now: float) -> None:
        """Takes back a connection: keeps it when it may serve again, else closes it at once."""
        if self._closed or not connection.reusable:
            connection.abort()
            return
        connection.rest(now)
        idle = self._idle.setdefault(connection.origin, [])
        idle.append(connection)
        if len(idle) > self._limits.idle_per_origin:
            idle.pop(0).abort()

    def forget(self, origin: Origin) -> None:
        """Closes what is idle at an origin."""
        _abort(self._idle.pop(origin, ()))

    async def dial(self, origin: Origin, until: float) -> Connection:
        """A new connection. Raises Unreachable, or Silent when loop time `until` comes first."""
        connection = await self._connect(origin, until)
        if not connection.lost:  # the race of several addresses takes a turn of the loop more
            self._open.add(connection)
        if self._closed:
            connection.abort()
            raise Unreachable(f"{origin}: the relay is closing")
        return connection

    async def aclose(self) -> None:
        """Closes every connection, also those in use, and waits until they are gone."""
        self._closed = True
        self._idle.clear()
        self._emptied = asyncio.Event()
        _abort(tuple(self._open))
        if self._open:
            await self._emptied.wait()

    async def _connect(self, origin: Origin, until: float) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(until):
                _, connection = await self._dialer(
                    origin.host,
                    origin.port,
                    self._context(origin),
                    lambda: Connection(origin, loop, self._lost),
                )
        except TimeoutError as error:
            raise Silent(f"{origin}: no connection in time", phase="connect") from error
        except (OSError, ValueError) as error:  # ValueError: a name that DNS or TLS cannot hold
            raise Unreachable(f"{origin}: {type(error).__name__}") from error
        return connection

    def _lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        idle = self._idle.get(connection.origin)
        if idle is not None and connection in idle:
            idle.remove(connection)
        if self._emptied is not None and not self._open:
            self._emptied.set()

    def _context(self, origin: Origin) -> ssl.SSLContext | None:
        if origin.scheme == "http":
            return None
        if self._tls is None:
            self._tls = self._make_tls()
        return self._tls


def _abort(connections: Iterable[Connection]) -> None:
    for connection in connections:
        connection.abort()
