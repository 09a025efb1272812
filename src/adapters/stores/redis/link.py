"""redis-py's connections, bounded in number: one exchange at a time on each, discarded in doubt."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, parse_url
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import InvalidResponse, RedisError, ResponseError

from ....domain.errors import (
    ConfigurationError,
    Problem,
    StoreGarbled,
    StoreUnavailable,
    StoreUnreachable,
)
from .carrier import Reply
from .places import Places
from .trouble import Complaint, refused

#: What an operator sees of us.
NAME = "airelay"


class _Abandoned(AbstractConnection):
    """Closing never waits, and never sends what is still unsent: nobody waits for it any more."""

    @property
    def closing(self) -> bool:
        return self._writer is None or self._writer.transport.is_closing()

    def abandon(self) -> None:
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.transport.abort()

    async def disconnect(
        self,
        nowait: bool = False,
        error: Exception | None = None,
        failure_count: int | None = None,
        health_check_failed: bool = False,
    ) -> None:
        self.abandon()
        await super().disconnect(nowait=True)


class _Plain(_Abandoned, Connection):
    pass


class _Secured(_Abandoned, SSLConnection):
    pass


Link = _Plain | _Secured


class Links:
    """At most `most` connections; who finds none waits `wait` seconds. Belongs to one loop."""

    def __init__(self, url: str, *, most: int, wait: float, connect: float) -> None:
        self._options = _options(url, connect)
        self._secured = url.startswith("rediss:")
        self._example = self._new()  # raises for options that no connection has
        self.where = _where(self._example)
        self.secrets = tuple(filter(None, (self._example.password,)))
        self._places = Places(self.where, most=most, wait=wait)
        self._idle: list[Link] = []
        self._open: set[Link] = set()
        self._closed = False

    async def trip(self, data: bytes, count: int, bound: float) -> list[Reply | Complaint]:
        """Sends so many commands at once and reads their answers. Raises StoreUnavailable; an
        error reply is an answer, but for the few after which the connection is of no use."""
        try:
            async with asyncio.timeout(bound), self._one() as link:
                await link.send_packed_command(data)
                return [await _read(link) for _ in range(count)]
        except TimeoutError:
            late = f"no answer within {bound:g} s: is it slow, or gone?"
            raise StoreUnreachable(f"{self.where}: {late}") from None
        except RedisError as error:
            raise self._trouble(error) from error
        except ValueError:  # a length or a number of the answer that is none
            raise self._garbled() from None

    async def aclose(self) -> None:
        """Closes every connection at once, those in use too. Later trips are refused."""
        self._closed = True
        self._idle.clear()
        for link in tuple(self._open):
            self._open.discard(link)
            await link.disconnect()
        await asyncio.sleep(0)  # the turn in which their sockets are closed

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Link]:
        """A connection, given back if the block ends well, and else closed at once."""
        async with self._places:
            link = await self._connected()
            try:
                yield link
            except BaseException:
                self._discard(link)
                raise
            self._idle.append(link)

    async def _connected(self) -> Link:
        while self._idle:
            link = self._idle.pop()
            # Readable while nothing was asked: the server closed it, or says what nobody asked.
            if not link.closing and not await link.can_read():
                return link
            self._discard(link)
        if self._closed:
            raise StoreUnreachable(f"{self.where}: the relay is closing")
        return await self._dialled()

    async def _dialled(self) -> Link:
        link = self._new()
        if isinstance(link, _Secured) and isinstance(self._example, _Secured):
            link.ssl_context = self._example.ssl_context  # making one takes tens of milliseconds
        self._open.add(link)
        try:
            await link.connect()  # type: ignore[no-untyped-call]
            await _named(link)
        except BaseException:
            self._discard(link)
            raise
        return link

    def _discard(self, link: Link) -> None:
        self._open.discard(link)
        link.abandon()

    def _new(self) -> Link:
        kind = _Secured if self._secured else _Plain
        try:
            return kind(**self._options)
        except (TypeError, ValueError, RedisError):
            mend = "Leave out what stands behind the `?`, but for `ssl_...`."
            raise _wrong("has options that are not known.", mend) from None

    def _trouble(self, error: RedisError) -> StoreUnavailable:
        if getattr(error, "status_code", None):
            return refused(self.where, _complaint(error).text, self.secrets)
        if isinstance(error, InvalidResponse):
            return self._garbled()
        # The texts of redis-py name the host and what the system says, and no password.
        mend = "look whether it runs, or mend REDIS_URL"
        return StoreUnreachable(f"{self.where}: cannot be reached ({error}): {mend}")

    def _garbled(self) -> StoreGarbled:
        return StoreGarbled(f"{self.where}: what answers there is no Redis: mend REDIS_URL")


async def _named(link: Link) -> None:
    """For CLIENT LIST. A user who may not, or a proxy that cannot, is no worse for it."""
    await link.send_command("CLIENT", "SETNAME", NAME)
    await _read(link)


async def _read(link: Link) -> Reply | Complaint:
    try:
        return _plain(await link.read_response())
    except Lost:
        raise  # LOADING and a wrong password among them: redis-py has closed the connection
    except ResponseError as error:
        return _complaint(error)


def _plain(reply: object) -> Reply:
    """Raises InvalidResponse for what the books never ask for: an error inside a list."""
    if reply is None or isinstance(reply, bytes | int):
        return reply
    if isinstance(reply, list):
        return [_plain(one) for one in reply]
    raise InvalidResponse(type(reply).__name__)


def _complaint(error: RedisError) -> Complaint:
    """The server's text again, with the first word that redis-py takes off."""
    first = getattr(error, "status_code", None)
    return Complaint(f"{first} {error}" if first else str(error))


def _options(url: str, connect: float) -> dict[str, Any]:
    """What redis-py is told. RESP2: the same shapes as over REST, and no HELLO. No retries: what
    became of a command that was sent, nobody knows."""
    try:
        found = dict(parse_url(url))
    except ValueError:
        mend = "Write redis://user:password@host:6379/0, or rediss:// for TLS."
        raise _wrong("is no address of a Redis.", mend) from None
    found.pop("connection_class", None)
    return found | {
        "protocol": 2,
        "driver_info": None,
        "socket_connect_timeout": connect,
        "socket_timeout": None,
        "socket_keepalive": True,
        "health_check_interval": 0,
        "retry_on_timeout": False,
    }


def _where(link: Link) -> str:
    host = f"[{link.host}]" if ":" in link.host else link.host
    return f"{'rediss' if isinstance(link, _Secured) else 'redis'}://{host}:{link.port}"


def _wrong(what: str, mend: str) -> ConfigurationError:
    return ConfigurationError((Problem("REDIS_URL", what, mend),))
