"""A provider that costs next to nothing: canned answers, straight from a protocol.

`python -m benchmarks.provider PORT`
"""

import asyncio
import json
import sys

import uvloop

ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "bench",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "x" * 350},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 90, "total_tokens": 100},
    }
).encode()
WHOLE = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(ANSWER)
    + ANSWER
)
EVENTS = 50
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)


def event(delta: dict[str, str], finish: str | None = None) -> bytes:
    chunk = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


STREAM = [chunked(event({"role": "assistant", "content": ""}))]
STREAM += [chunked(event({"content": f"word {n} "})) for n in range(EVENTS)]
STREAM += [chunked(event({}, "stop")), chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n"]


class Provider(asyncio.Protocol):
    """Answers every request by whether it says `"stream":true`. No parser: the end of a request
    is known by its content-length."""

    def __init__(self) -> None:
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport) or hasattr(transport, "write")
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (head := self.buffer.find(b"\r\n\r\n")) >= 0:
            lowered = self.buffer[:head].lower()
            at = lowered.find(b"content-length:")
            size = int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < head + 4 + size:
                return
            body = self.buffer[head + 4 : head + 4 + size]
            self.buffer = self.buffer[head + 4 + size :]
            self.answer(b'"stream":true' in body or b'"stream": true' in body)

    def answer(self, stream: bool) -> None:
        write = getattr(self.transport, "write")  # noqa: B009  (uvloop's transport has no base)
        if not stream:
            write(WHOLE)
            return
        write(STREAM_HEAD)
        for chunk in STREAM:
            write(chunk)


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Provider, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
