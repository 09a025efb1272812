"""httpx's API over the same connections, for the paths where its price does not matter."""

import asyncio
from collections.abc import AsyncIterator, Mapping

import httpx

from ...domain.errors import Silent, Unreachable, UpstreamError
from .client import Outbound
from .exchange import Exchange

#: What `Outbound` writes itself, or what would have it write something else.
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection"})

#: Where httpx is told not to wait at all: longer than any process lives.
_NEVER = 10 * 365 * 86_400.0


class OutboundTransport(httpx.AsyncBaseTransport):
    """`httpx.AsyncClient(transport=OutboundTransport(outbound))`. Closing the client leaves the
    `Outbound` open: it has other users. Raises httpx's exceptions, without any secret in them.
    """

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        waits: Mapping[str, float | None] = request.extensions.get("timeout", {})
        connect, read = _seconds(waits.get("connect")), _seconds(waits.get("read"))
        exchange = self._outbound.send(
            request.method,
            str(request.url),
            tuple(item for item in request.headers.items() if item[0] not in _FRAMING),
            body,
            connect=connect,
            open_by=asyncio.get_running_loop().time() + connect + read,
        )
        try:
            await exchange.__aenter__()
        except UpstreamError as error:
            raise _as_httpx(error, request) from error
        return httpx.Response(
            exchange.status,
            headers=list(exchange.headers.items()),
            stream=_Body(exchange, request, read),
            extensions={"http_version": b"HTTP/1.1"},
        )


class _Body(httpx.AsyncByteStream):
    """The body as it comes; `wait` seconds between two pieces."""

    def __init__(self, exchange: Exchange, request: httpx.Request, wait: float) -> None:
        self._exchange = exchange
        self._request = request
        self._wait = wait

    async def __aiter__(self) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        try:
            while data := await self._exchange.read(now() + self._wait):
                yield data
        except UpstreamError as error:
            raise _as_httpx(error, self._request) from error

    async def aclose(self) -> None:
        await self._exchange.__aexit__(None, None, None)


def _seconds(wait: float | None) -> float:
    return _NEVER if wait is None else wait


def _as_httpx(error: UpstreamError, request: httpx.Request) -> httpx.TransportError:
    match error:
        case Silent(phase="connect"):
            return httpx.ConnectTimeout(str(error), request=request)
        case Silent():
            return httpx.ReadTimeout(str(error), request=request)
        case Unreachable():
            return httpx.ConnectError(str(error), request=request)
        case _:
            return httpx.RemoteProtocolError(str(error), request=request)
