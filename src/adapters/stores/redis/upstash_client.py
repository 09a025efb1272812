"""upstash-redis, with its HTTP class replaced: a deadline, no retry, no telemetry, our errors.

What is wrong with its own, as of 1.8.0: it waits for ever, sends a command again after any
exception, loses a pipeline's answers when one of them is an error, and costs
more than seven times as much (docs/adr/0017).
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from upstash_redis.asyncio import Redis
from upstash_redis.http import AsyncHttpClient, make_headers

from ....domain.errors import BadAnswer, StoreGarbled, StoreUnreachable, UpstreamError
from ...outbound import Exchange, Outbound
from .rest import Member, Place, encoded

#: Above any answer that the books ask for; below what hurts.
LARGEST = 64 << 20


class Http(AsyncHttpClient):
    """One POST for each call. The package's `__init__` is left out: it makes an httpx client."""

    def __init__(
        self,
        outbound: Outbound,
        place: Place,
        *,
        connect: float,
        bound: float,
        heard: Callable[[str], None],
    ) -> None:
        self._outbound = outbound
        self._place = place
        self._connect, self._bound = connect, bound
        self._heard = heard
        self._closed = False

    async def execute(
        self, url: str, headers: dict[str, str], command: list[Any], from_pipeline: bool = False
    ) -> Any:
        """The result, still in base64; of a pipeline a `Member` for each command."""
        status, body = await self._post(url, headers, encoded(command))
        if from_pipeline:
            return self._place.several(status, body, len(command))
        return self._place.one(status, body)

    async def close(self) -> None:
        """The connections are shared with others and stay."""
        self._closed = True

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        if self._closed:
            raise StoreUnreachable(f"{self._place.where}: the relay is closing")
        until = asyncio.get_running_loop().time() + self._bound
        sent = (("content-type", "application/json"), *headers.items())
        exchange = self._outbound.send(
            "POST", url, sent, body, connect=self._connect, open_by=until
        )
        try:
            async with exchange:
                answer = await self._read(exchange, until)
        except UpstreamError as error:
            raise self._trouble(error) from error
        if token := exchange.headers.get("upstash-sync-token"):
            self._heard(token)
        return exchange.status, answer

    async def _read(self, exchange: Exchange, until: float) -> bytes:
        answer = bytearray()
        while data := await exchange.read(until):
            answer += data
            if len(answer) > LARGEST:
                raise self._place.garbled(exchange.status)
        return bytes(answer)

    def _trouble(self, error: UpstreamError) -> StoreUnreachable | StoreGarbled:
        if isinstance(error, BadAnswer):
            return self._place.garbled(error.status or 0)
        # The details name the origin and what happened, and nothing that was sent.
        mend = "look at its status page, or mend KV_REST_API_URL"
        return StoreUnreachable(f"{self._place.where}: cannot be reached ({error}): {mend}")


class Client(Redis):
    """The package's client over `Http`. Its `__init__` is left out for the same reason."""

    _http: Http

    def __init__(
        self,
        outbound: Outbound,
        place: Place,
        url: str,
        token: str,
        *,
        connect: float,
        bound: float,
    ) -> None:
        self._url = url
        self._headers = make_headers(token, "base64", False)
        self._allow_telemetry = False
        # What is read after a write is at least as new as it. Of calls at the same time the one
        # answered last counts: the token is opaque, so no two can be compared.
        self._read_your_writes, self._sync_token = True, ""
        self._http = Http(
            outbound, place, connect=connect, bound=bound, heard=self._update_sync_token
        )

    async def several(self, commands: list[list[str]]) -> list[Member]:
        """A pipeline whose answers come one by one, errors among them. The package's own raises
        for the first error and forgets the others."""
        self._maybe_set_sync_token_header(self._headers)
        url = f"{self._url}/pipeline"
        found: list[Member] = await self._http.execute(url, self._headers, commands, True)
        return found
