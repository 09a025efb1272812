"""Relays that keep answers, and callers with an Idempotency-Key."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from attrs import evolve

from .caller import Heard
from .catalogue import client, provider, snapshot
from .provider import ScriptedProvider, scripted
from .relay import Relay, running_relay
from .script import Behaviour, Script
from .stores import nothing_held

KEY = {"Idempotency-Key": "order-66"}
#: Who else has a key of the relay.
OTHER_KEY = "sk-relay-of-another-client-0123"
Running = Callable[..., AbstractAsyncContextManager[tuple[ScriptedProvider, Relay]]]


@asynccontextmanager
async def keeping(
    folder: Path | None,
    what: Behaviour | Script | None = None,
    *,
    answers: bool = True,
    **more: Any,
) -> AsyncIterator[tuple[ScriptedProvider, Relay]]:
    """A relay that keeps answers (`answers=False`: does not), before a provider. At the end
    nothing is held any more."""
    async with scripted(what) as one:
        configured = snapshot(provider("one", one, **more))
        clients = (*configured.client_keys, client("other", OTHER_KEY))
        configured = evolve(configured, client_keys=clients)
        async with running_relay(configured, folder=folder, store_answers=answers) as relay:
            yield one, relay
            await nothing_held(relay.container.journal())


async def keyed(relay: Relay, name: str = "order-66", **more: Any) -> Heard:
    """A chat request with that key."""
    return await relay.ask(headers=[("Idempotency-Key", name)], **more)
