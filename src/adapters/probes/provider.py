"""Asks a provider, with each of its keys, for its models; and, where allowed, for a few words."""

import json
from collections.abc import Mapping, Sequence

from ...domain import outgoing
from ...domain.blocks import Text
from ...domain.catalogue import Provider, ProviderKey
from ...domain.conversation import Conversation, Turn
from ...domain.diagnosis import providers as seen
from ...domain.dialects.wire import CODECS
from ...domain.errors import BadAnswer, UpstreamError
from ...domain.ports import Clock
from ...domain.retry_after import remaining
from ...domain.traits import of as traits_of
from .calls import Answer, Prober, prober

#: Enough for several events; some providers take no fewer.
FEW_TOKENS = 16
_QUESTION = "Count from 1 to 20, nothing else."
#: What small models are called by: they are asked first.
_SMALL = ("nano", "mini", "flash", "haiku", "lite", "small", "fast", "turbo", "8b")
#: Some providers answer them for a path that they do not have.
_NO_SUCH_PATH = (404, 405)


async def look(
    provider: Provider,
    clock: Clock,
    *,
    timeout: float,
    declared: Sequence[str],
    probe: bool,
) -> seen.Provider:
    """What can be seen from here. `probe`: ask for words as well, which costs a little."""
    keys = [await _key(provider, key, clock, timeout=timeout, probe=probe) for key in provider.keys]
    return seen.Provider(provider.name, provider.base_url, keys, declared)


async def _key(
    provider: Provider, key: ProviderKey, clock: Clock, *, timeout: float, probe: bool
) -> seen.Key:
    async with prober(clock, timeout) as calls:
        listed = await _list(provider, key, calls, clock)
        model = _model(provider, listed.models) if probe and not listed.step else ""
        if not model:
            return seen.Key(key.handle, key.label, listed)
        streamed = await _stream(provider, key, model, calls, clock)
    return seen.Key(key.handle, key.label, listed, streamed)


async def _list(provider: Provider, key: ProviderKey, calls: Prober, clock: Clock) -> seen.Listed:
    query = "?limit=1000" if provider.dialect == "anthropic_messages" else ""
    headers = outgoing.headers(provider, key, stream=False, forward=())
    answer = await calls.ask("GET", f"{provider.base_url.rstrip('/')}/models{query}", headers)
    error = _error(provider, answer, clock)
    models = _models(answer.body) if answer.status == 200 and error is None else None
    if models is None and answer.status == 200 and error is None:
        error = BadAnswer("no list of models", answer.status)
    return seen.Listed(
        seconds=answer.seconds,
        name_seconds=calls.dialer.name_seconds,
        connect_seconds=calls.dialer.connect_seconds,
        status=answer.status,
        step="" if answer.step == "garbled" else answer.step,
        error=error,
        models=models,
        ahead=answer.ahead,
        left=remaining(answer.headers),
    )


async def _stream(
    provider: Provider, key: ProviderKey, model: str, calls: Prober, clock: Clock
) -> seen.Streamed:
    codec = CODECS[provider.dialect]
    asked = Conversation(
        provider.dialect,
        model,
        (Turn("user", (Text(_QUESTION),)),),
        stream=True,
        max_tokens=FEW_TOKENS,
    )
    written = codec.request(asked, model, traits_of(provider, model))
    headers = outgoing.headers(provider, key, stream=True, forward=())
    url = provider.base_url.rstrip("/") + codec.path
    started = clock.monotonic()
    answer = await calls.ask("POST", url, headers, written.body)
    error = answer.error or _error(provider, answer, clock)
    try:
        arrived = [at for at, event in answer.events if event.data != b"[DONE]"]
    except BadAnswer as bad:
        arrived, error = [], bad
    if error is None and not arrived:
        error = BadAnswer("no event in the stream", answer.status)
    first = arrived[0] - started if arrived else 0.0
    return seen.Streamed(model, arrived, first, error, remaining(answer.headers))


def _error(provider: Provider, answer: Answer, clock: Clock) -> UpstreamError | None:
    if not answer.status:
        return answer.error
    if answer.status < 300 or answer.status in _NO_SUCH_PATH:
        return None
    codec = CODECS[provider.dialect]
    return codec.classify(answer.status, answer.headers, answer.body, now=clock.now())


def _models(body: bytes) -> list[str] | None:
    """The ids of a list in any of the shapes there are; None: it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, Mapping):
        found = found.get("data", found.get("models"))
    if not isinstance(found, list):
        return None
    names = [each.get("id") or each.get("name") for each in found if isinstance(each, Mapping)]
    return [name for name in names if isinstance(name, str)]


def _model(provider: Provider, listed: Sequence[str] | None) -> str:
    """Of those that are there, one that sounds small; "": none is known."""
    known = provider.models or tuple(listed or ())
    there = [model for model in known if not listed or model in listed] or list(listed or ())
    small = [model for model in there if any(word in model.lower() for word in _SMALL)]
    return next(iter([*small, *there]), "")
