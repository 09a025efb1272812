"""POST /v1/chat/completions, /v1/messages and /v1/messages/count_tokens"""

import traceback
from collections.abc import Callable

from attrs import evolve

from ....application.request import Endpoint, Request
from ....domain import access, outgoing
from ....domain.dialects import anthropic_messages, openai_chat
from ....domain.dialects.codec import Asked
from ....domain.errors import InvalidRequest, ModelNotFound
from ....domain.events import Faulted
from ....domain.router import resolves
from .. import body, knobs
from ..caller import HttpCaller
from ..house import House, Visit

Read = Callable[[bytes], Asked]


async def completions(house: House, visit: Visit) -> None:
    """OpenAI's chat."""
    await _serve(house, visit, openai_chat.request.read, "chat.completions")


async def messages(house: House, visit: Visit) -> None:
    """Anthropic's messages."""
    await _serve(house, visit, _message, "messages")


async def count_tokens(house: House, visit: Visit) -> None:
    """How many tokens a message would be."""
    await _serve(house, visit, _count, "messages.count_tokens")


async def _serve(house: House, visit: Visit, read: Read, endpoint: Endpoint) -> None:
    """Reads the request and hands it to the relay. Raises Refusal for what cannot be read."""
    body.check_headers(visit.headers)
    request = await _understand(house, visit, read, endpoint)
    index = house.directory.index_for(visit.principal)
    if visit.principal.demo_only and not resolves(request.asked.model, index):
        raise _needs_key(house, visit, request.asked.model)
    caller = HttpCaller(
        visit.receive, visit.send, visit.id, dialect=request.dialect, beat=house.beat
    )
    async with caller:
        if request.asked.stream:
            caller.streams()
        try:
            await house.relay.serve(request, index, caller)
        except Exception:
            # The outermost handler of a relayed request: a defect of ours must not become silence.
            house.observer.note(Faulted(visit.id, traceback.format_exc()))
            await caller.fault()


async def _understand(house: House, visit: Visit, read: Read, endpoint: Endpoint) -> Request:
    wishes = knobs.read(visit.headers)
    raw = await body.read(visit.receive, house.max_body_bytes, visit.headers, house.clock)
    return Request(
        id=visit.id,
        asked=read(raw),
        client=visit.principal.client,
        received=visit.received,
        at=visit.at,
        dialect=visit.told.dialect,
        endpoint=endpoint,
        forward=outgoing.forwarded(visit.headers),
        query=outgoing.query(visit.scope.get("query_string", b""), visit.told.dialect),
        headers=visit.headers,
        knobs=wishes,
        client_request_id=knobs.client_request_id(visit.headers),
        ends=visit.ends,
    )


def _message(raw: bytes) -> Asked:
    asked = anthropic_messages.request.read(raw)
    if asked.max_tokens is None:
        raise InvalidRequest("'max_tokens' is required.", param="max_tokens")
    return asked


def _count(raw: bytes) -> Asked:
    """A count is no stream, whatever else is in the body: that is for the provider to judge."""
    return evolve(anthropic_messages.request.read(raw), stream=False)


def _needs_key(house: House, visit: Visit, model: str) -> Exception:
    """Without a key only the demo answers; its own unknown models are still said to be unknown."""
    if model.startswith(f"{access.DEMO}/"):
        return ModelNotFound(f"The model '{model[:200]}' is not known here.", param="model")
    return access.wrong_key() if visit.credential_given else access.missing_key()
