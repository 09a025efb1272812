"""Callers that leave."""

import asyncio

from .caller import Heard, line, request
from .catalogue import CLIENT_KEY
from .relay import Relay

#: What stands between two events, or after a comment.
END = b"\n\n"


async def hear(
    relay: Relay, body: bytes, events: int, *, headers: dict[str, str] | None = None
) -> Heard:
    """Asks, hears at least so many events (or comments) of the answer, and is gone."""
    async with line(relay.base_url) as caller:
        caller.say(request(body=body, key=CLIENT_KEY, headers=(headers or {}).items()))
        heard = await caller.head()
        pieces = caller.body(heard)
        while heard.body.count(END) < events:
            await anext(pieces)
    return heard


async def leave_once(relay: Relay, body: bytes, so_far: asyncio.Event) -> None:
    """Asks, and is gone once that has happened, whatever has come by then."""
    async with line(relay.base_url) as caller:
        caller.say(request(body=body, key=CLIENT_KEY))
        await so_far.wait()
