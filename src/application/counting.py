"""A count of tokens: the provider's, where one that counts can be asked; else an estimate."""

from attrs import evolve

from ..domain.dialects.anthropic_messages.request import MessagesRequest
from ..domain.errors import ProviderRefused, Refusal
from .passage import Passage
from .reservation import Reservation
from .travel import Travel


async def count(passage: Passage, travel: Travel, reservation: Reservation) -> None:
    """Answers the caller. Raises ProviderRefused where a provider judged the request."""
    plan = passage.journey.plan
    stops = tuple(stop for stop in plan.stops if stop.provider.dialect == "anthropic_messages")
    if stops:
        passage.journey = evolve(passage.journey, plan=evolve(plan, stops=stops))
        try:
            await travel.go(passage, reservation)
            return
        except Refusal as refusal:
            # An imitator of Anthropic's that does not count answers 404.
            if isinstance(refusal, ProviderRefused) and refusal.status != 404:
                raise
            if passage.delivered:
                raise
    from ..domain.dialects.anthropic_messages import count as counts  # few ever come here

    asked = passage.request.asked
    assert isinstance(asked, MessagesRequest)  # noqa: S101 - only these are counted
    body = b'{"input_tokens":%d}' % counts.estimate(asked)
    passage.estimated = True
    await passage.caller.answer(body, "application/json", passage.receipt("completed"))
