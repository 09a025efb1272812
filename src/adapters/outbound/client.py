"""The outbound HTTP client: everything the relay calls, it calls through one of these."""

import ssl
from collections.abc import Callable

import httpx

from .dialer import Dialer, dial
from .exchange import Exchange, Request
from .pool import DEFAULT_LIMITS, Limits, Pool


class Outbound:
    """HTTP/1.1 over kept connections. No redirects, no cookies, no proxies, no decompression.

    Belongs to the event loop it is first used in. `dialer` connects (an address guard goes
    there); `tls` makes the context for https, once, when it is first needed.
    """

    def __init__(
        self,
        *,
        limits: Limits = DEFAULT_LIMITS,
        dialer: Dialer = dial,
        tls: Callable[[], ssl.SSLContext] = httpx.create_ssl_context,
    ) -> None:
        self._pool = Pool(limits, dialer, tls)

    def send(
        self,
        method: str,
        url: str,
        headers: tuple[tuple[str, str], ...],
        body: bytes,
        *,
        connect: float,
        open_by: float,
    ) -> Exchange:
        """The exchange, to be entered with `async with`: see there for what it raises.

        `headers` come without host, content-length and the other framing headers: those are
        written here. `connect` is in seconds, `open_by` an instant of `loop.time()`.
        """
        return Exchange(self._pool, Request(method, url, headers, body, connect, open_by))

    @property
    def open_connections(self) -> int:
        """Connections that are open, idle ones among them."""
        return self._pool.open_count

    @property
    def idle_connections(self) -> int:
        """Connections that wait for a request."""
        return self._pool.idle_count

    async def aclose(self) -> None:
        """Closes every connection and waits until they are gone. Later calls are refused."""
        await self._pool.aclose()
