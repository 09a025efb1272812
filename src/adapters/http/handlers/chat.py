"""POST /v1/chat/completions"""

import traceback

from ....application.request import Request
from ....domain import access, outgoing
from ....domain.dialects import openai_chat
from ....domain.errors import ModelNotFound
from ....domain.events import Faulted
from ....domain.router import resolves
from .. import body, knobs
from ..caller import HttpCaller
from ..house import House, Visit


async def serve(house: House, visit: Visit) -> None:
    """Reads the request and hands it to the relay. Raises Refusal for what cannot be read."""
    body.check_headers(visit.headers)
    request = await _understand(house, visit)
    index = house.directory.index_for(visit.principal)
    if visit.principal.demo_only and not resolves(request.chat.model, index):
        raise _needs_key(house, visit, request.chat.model)
    caller = HttpCaller(visit.receive, visit.send, visit.id, beat=house.beat)
    async with caller:
        if request.chat.stream:
            caller.streams()
        try:
            await house.relay.serve(request, index, caller)
        except Exception:
            # The outermost handler of a relayed request: a defect of ours must not become silence.
            house.observer.note(Faulted(visit.id, traceback.format_exc()))
            await caller.fault()


async def _understand(house: House, visit: Visit) -> Request:
    wishes = knobs.read(visit.headers)
    raw = await body.read(visit.receive, house.max_body_bytes, visit.headers)
    return Request(
        id=visit.id,
        chat=openai_chat.request.read(raw),
        client=visit.principal.client,
        received=visit.received,
        at=visit.at,
        forward=outgoing.forwarded(visit.headers),
        headers=visit.headers,
        knobs=wishes,
        client_request_id=knobs.client_request_id(visit.headers),
    )


def _needs_key(house: House, visit: Visit, model: str) -> Exception:
    """Without a key only the demo answers; its own unknown models are still said to be unknown."""
    if model.startswith(f"{access.DEMO}/"):
        return ModelNotFound(f"The model '{model[:200]}' is not known here.", param="model")
    return access.wrong_key() if visit.credential_given else access.missing_key()
