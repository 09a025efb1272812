"""One call, watch in hand: how long each step took, when each piece came, where it failed."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from attrs import define, field, frozen

from ...domain import sse
from ...domain.errors import BadAnswer, Silent, UpstreamError
from ...domain.ports import Clock
from ...domain.retry_after import http_date
from ..outbound import Outbound, dial, resolve
from ..outbound.dialer import Spoken

#: Lists of models of the largest providers take half of it.
LARGEST = 4 << 20
#: A `Date` header has whole seconds: on average it is half of one late.
_HALF_SECOND = 0.5


@define
class TimedDialer:
    """The ordinary dialer; remembers how long the last connection took and how many there were."""

    name_seconds: float = 0.0
    connect_seconds: float = 0.0
    dials: int = 0

    async def __call__(
        self, host: str, port: int, tls: ssl.SSLContext | None, make: Callable[[], Spoken]
    ) -> tuple[asyncio.Transport, Spoken]:
        now = asyncio.get_running_loop().time
        self.dials += 1
        started = now()
        await resolve(host, port)
        named = now()
        made = await dial(host, port, tls, make)
        self.name_seconds, self.connect_seconds = named - started, now() - named
        return made


@frozen
class Answer:
    """What came, until it was over or broke off. `seconds`: until status and headers; `pieces`:
    when, and what; `error`: why there is no answer, or not all of it; `ahead`: by how many seconds
    its clock is ahead of ours, None: it does not say."""

    status: int = 0
    headers: Mapping[str, str] = field(factory=dict)
    seconds: float = 0.0
    pieces: Sequence[tuple[float, bytes]] = field(default=(), repr=False)
    error: UpstreamError | None = None
    ahead: float | None = None

    @property
    def body(self) -> bytes:
        return b"".join(data for _, data in self.pieces)

    @property
    def step(self) -> str:
        """Where it failed before anything was answered; "": it was answered."""
        return "" if self.status or self.error is None else _step(self.error)

    @property
    def events(self) -> list[tuple[float, sse.Event]]:
        """The stream's events that have data, each with the moment it was complete."""
        reader = sse.Reader()
        found = [(at, event) for at, data in self.pieces for event in reader.feed(data)]
        return [(at, event) for at, event in found if event.data is not None]


@define
class Prober:
    """Makes calls within `timeout` seconds each, over connections of its own."""

    clock: Clock
    timeout: float
    dialer: TimedDialer = field(factory=TimedDialer)
    _outbound: Outbound = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._outbound = Outbound(dialer=self.dialer)

    async def ask(
        self, method: str, url: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> Answer:
        """The answer, or how it failed. Never raises for what others do."""
        started, asked = self.clock.monotonic(), self.clock.now()
        until = started + self.timeout
        exchange = self._outbound.send(
            method, url, tuple(headers), body, connect=self.timeout, open_by=until
        )
        pieces: list[tuple[float, bytes]] = []
        try:
            async with exchange:
                seconds = self.clock.monotonic() - started
                found = Answer(
                    exchange.status,
                    dict(exchange.headers),
                    seconds,
                    pieces,
                    ahead=_ahead(exchange.headers, asked + seconds / 2),
                )
                size = 0
                while size <= LARGEST and (data := await exchange.read(until)):
                    pieces.append((self.clock.monotonic(), data))
                    size += len(data)
        except UpstreamError as error:
            return Answer(
                exchange.status,
                dict(exchange.headers),
                self.clock.monotonic() - started,
                pieces,
                error,
            )
        return found

    async def aclose(self) -> None:
        await self._outbound.aclose()


@asynccontextmanager
async def prober(clock: Clock, timeout: float) -> AsyncIterator[Prober]:
    """One for one address: its first call connects, and is timed so."""
    made = Prober(clock, timeout)
    try:
        yield made
    finally:
        await made.aclose()


def _ahead(headers: Mapping[str, str], now: float) -> float | None:
    said = http_date(headers.get("date", ""))
    return None if said is None else said + _HALF_SECOND - now


def _step(error: UpstreamError) -> str:
    """By what lies below: the outbound errors name the origin and no more."""
    if isinstance(error, Silent):
        return "timeout"
    if isinstance(error, BadAnswer):
        return "garbled"
    match error.__cause__:
        case socket.gaierror():
            return "dns"
        case ssl.SSLError():
            return "tls"
    return "connect"
