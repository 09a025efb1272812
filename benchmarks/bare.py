"""The floor: an ASGI callable that answers the provider's answer itself, on the same server.

`python -m benchmarks.bare PORT`
"""

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from .provider import ANSWER, EVENTS, event

Message = dict[str, Any]
JSON = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]
SSE = [(b"content-type", b"text/event-stream")]
CHUNKS = [event({"role": "assistant", "content": ""})]
CHUNKS += [event({"content": f"word {n} "}) for n in range(EVENTS)]
CHUNKS += [event({}, "stop"), b"data: [DONE]\n\n"]


async def app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    if scope["type"] != "http":
        return
    body = (await receive())["body"]
    stream = b'"stream":true' in body or b'"stream": true' in body
    headers = SSE if stream else JSON
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if not stream:
        await send({"type": "http.response.body", "body": ANSWER})
        return
    for chunk in CHUNKS:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        lifespan="off",
    )
