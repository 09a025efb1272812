"""CPU time a chunk of a stream costs where its dialect changes, as a ratio to one that passes.

`python -m benchmarks.translation [rounds]`: in one process, the pairs taken in turn, medians. What
sockets, HTTP and the loop cost is the same for both and not in it.
"""

import sys
import time
from collections.abc import Callable
from itertools import product
from statistics import median

import msgspec
from attrs import frozen

from src.domain.blocks import Dialect, Json
from src.domain.dialects import anthropic_messages, openai_chat
from src.domain.dialects.codec import Asked
from src.domain.dialects.wire import Wire
from src.domain.sse import data_event

WORDS = 2_000
DIALECTS: tuple[Dialect, ...] = ("openai_chat", "anthropic_messages")
BODY = b'{"model":"m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}'
READ: dict[Dialect, Callable[[bytes], Asked]] = {
    "openai_chat": openai_chat.request.read,
    "anthropic_messages": anthropic_messages.request.read,
}


@frozen
class Pair:
    """Who reads, and what the provider speaks."""

    caller: Dialect
    provider: Dialect

    @property
    def passes(self) -> bool:
        return self.caller == self.provider

    def __str__(self) -> str:
        return f"{self.provider} -> {self.caller}"


PAIRS = [Pair(caller, provider) for provider, caller in product(DIALECTS, DIALECTS)]


def tape(dialect: Dialect) -> list[bytes]:
    """A long answer, word by word, each event in a packet of its own."""
    words = [f"word {n} " for n in range(WORDS)]
    return _openai(words) if dialect == "openai_chat" else _anthropic(words)


def cost(pair: Pair, chunks: list[bytes], asked: Asked) -> float:
    """Microseconds of CPU time a chunk."""
    reader = Wire.between(pair.caller, pair.provider).reader(asked, now=0.0, strict=False)
    before = time.process_time()
    for chunk in chunks:
        reader.feed(chunk)
    spent = time.process_time() - before
    assert reader.done
    return spent * 1e6 / len(chunks)


def measure(rounds: int) -> dict[Pair, float]:
    """The median cost of a chunk, by pair."""
    tapes = {dialect: tape(dialect) for dialect in DIALECTS}
    asked = {dialect: READ[dialect](BODY) for dialect in DIALECTS}
    found: dict[Pair, list[float]] = {pair: [] for pair in PAIRS}
    for turn in range(rounds + 1):
        for pair, costs in found.items():
            one = cost(pair, tapes[pair.provider], asked[pair.caller])
            if turn:  # the first warms up
                costs.append(one)
    return {pair: median(costs) for pair, costs in found.items()}


def ratios(found: dict[Pair, float]) -> dict[Pair, float]:
    """Of each pair to the bytes of the same provider that pass."""
    return {pair: each / found[Pair(pair.provider, pair.provider)] for pair, each in found.items()}


def _openai(words: list[str]) -> list[bytes]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in words]
    chunks: list[Json] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    events = [data_event(msgspec.json.encode(head | {"choices": [chunk]})) for chunk in chunks]
    return [*events, data_event(b"[DONE]")]


def _anthropic(words: list[str]) -> list[bytes]:
    usage = {"input_tokens": 10, "output_tokens": 1}
    message: Json = {"id": "msg_1", "type": "message", "role": "assistant", "model": "bench"}
    message |= {"content": [], "stop_reason": None, "usage": usage}
    block = {"type": "text", "text": ""}
    deltas = [{"type": "text_delta", "text": word} for word in words]
    bodies: list[Json] = [{"type": "message_start", "message": message}]
    bodies.append({"type": "content_block_start", "index": 0, "content_block": block})
    bodies += [{"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas]
    bodies.append({"type": "content_block_stop", "index": 0})
    bodies.append({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage})
    bodies.append({"type": "message_stop"})
    return [
        b"event: %s\n" % str(body["type"]).encode() + data_event(msgspec.json.encode(body))
        for body in bodies
    ]


def main(rounds: int) -> None:
    found = measure(rounds)
    for pair, ratio in ratios(found).items():
        print(f"{pair!s:42} {found[pair]:6.1f} us CPU a chunk, {ratio:5.1f} x passed")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
