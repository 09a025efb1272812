"""GET /v1/relay/stream-test: a slow stream of our own, to see what becomes of streams on their way.

It goes out with the headers of every stream here, so that whatever stands in front of the relay
treats it as one. `airelay doctor URL` reads it.
"""

import msgspec

from ....domain import sse
from ..caller import STREAM_HEADERS
from ..house import House, Visit

#: So many events, with so many seconds between two: over in less than any grace.
EVENTS, GAP = 10, 0.1


async def count(house: House, visit: Visit) -> None:
    """Numbered events, each with the Unix seconds it was sent at; then `[DONE]`."""
    headers = [(b"x-request-id", visit.id.encode()), *STREAM_HEADERS]
    await visit.send({"type": "http.response.start", "status": 200, "headers": headers})
    for number in range(1, EVENTS + 1):
        if number > 1:
            await house.clock.sleep(GAP)
        event = {"number": number, "of": EVENTS, "sent_at": round(house.clock.now(), 6)}
        data = sse.data_event(msgspec.json.encode(event))
        await visit.send({"type": "http.response.body", "body": data, "more_body": True})
    await visit.send({"type": "http.response.body", "body": sse.data_event(b"[DONE]")})
