"""Configuration around scripted providers, with short waits."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from attrs import evolve

from src.domain.catalogue import ClientKey, Provider, ProviderKey, Snapshot, Target, Timeouts

from .provider import ScriptedProvider

#: What the tests' callers send unless they say otherwise.
CLIENT_KEY = "sk-relay-the-test-client-0123456789"

#: Nothing that goes well meets these; a hang is over soon.
CALM = Timeouts(connect=2.0, headers=8.0, first_event=8.0, idle=8.0, answer=8.0, drain=1.0)

#: For what is meant to run out of time.
HASTY = Timeouts(connect=0.4, headers=0.4, first_event=0.4, idle=0.4, answer=0.4, drain=0.2)


def provider(
    name: str,
    at: ScriptedProvider | str,
    *,
    keys: Sequence[str] = ("sk-provider-one",),
    models: Sequence[str] = ("gpt-4o",),
    timeouts: Timeouts = CALM,
    **more: Any,
) -> Provider:
    """One provider; a key's handle is `<name>-<its place from 1>`."""
    pool = tuple(ProviderKey(f"{name}-{place}", key) for place, key in enumerate(keys, start=1))
    base_url = at if isinstance(at, str) else at.base_url
    return Provider(name, base_url, keys=pool, models=tuple(models), timeouts=timeouts, **more)


def target(written: str, **more: int) -> Target:
    """`provider/model`, or a name to resolve."""
    name, slash, model = written.partition("/")
    return Target(name, model, **more) if slash else Target(None, name, **more)


def client(name: str, key: str) -> ClientKey:
    return ClientKey(name, hashlib.sha256(key.encode()).digest())


def snapshot(
    *providers: Provider, client_keys: Iterable[ClientKey] | None = None, **more: Any
) -> Snapshot:
    """These providers for one client, who holds CLIENT_KEY; no waiting for keys that rest."""
    clients = (client("test", CLIENT_KEY),) if client_keys is None else tuple(client_keys)
    plain = Snapshot(providers=providers, client_keys=clients, longest_pause=0.0)
    return evolve(plain, **more)
