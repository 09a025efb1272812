"""What callers ask, in either dialect, and what a provider of the other one must read."""

import json
from collections.abc import Callable
from random import Random

from attrs import frozen

from src.domain.blocks import Dialect
from src.domain.dialects import anthropic_messages, openai_chat
from src.domain.dialects.codec import Asked

from .speech import Json

_READ: dict[Dialect, Callable[[bytes], Asked]] = {
    "openai_chat": openai_chat.request.read,
    "anthropic_messages": anthropic_messages.request.read,
}
_SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
#: Asked for where the caller names no bound: Anthropic demands one.
_MOST = 8192
#: What the other dialect has no words for.
_OWN: dict[Dialect, dict[str, object]] = {
    "openai_chat": {"seed": 17, "unheard_of": [None, 1.5, "ü"]},
    "anthropic_messages": {"top_k": 5, "unheard_of": [None, 1.5, "ü"]},
}
#: And what changes the meaning of the answer when it is left out.
CHOICES = "n"


@frozen
class Read:
    """A request, in no provider's words."""

    model: str
    system: str
    turns: tuple[tuple[str, str], ...]
    tools: tuple[str, ...]
    stream: bool
    usage: bool
    most: int | None
    temperature: float | None
    stop: tuple[str, ...]


def body(dice: Random, model: str, dialect: Dialect) -> Json:
    """A request of a caller who speaks so."""
    asked: Json = {"model": model, "messages": [{"role": "user", "content": "Grüße 🌍"}]}
    if dice.random() < 0.7:
        asked["stream"] = True
    if dice.random() < 0.2:
        asked["temperature"] = 0.25
    for name, value in _OWN[dialect].items():
        if dice.random() < 0.15:
            asked[name] = value
    if dice.random() < 0.15:
        words = {"role": "assistant", "content": "Ja?"}
        asked["messages"] += [
            words,
            {"role": "user", "content": [_text("So\n\nsei"), _text(" es")]},
        ]
    return _anthropic(dice, asked) if dialect == "anthropic_messages" else _openai(dice, asked)


def understood(asked: Json, dialect: Dialect) -> Asked:
    """The request as the relay reads it."""
    return _READ[dialect](json.dumps(asked).encode())


def dropped(asked: Json, caller: Dialect) -> set[str]:
    """What of it a provider of the other dialect is not told."""
    return {name for name in _OWN[caller] if name in asked} | (
        {CHOICES} if asked.get(CHOICES, 1) > 1 else set()
    )


def read(asked: Json, dialect: Dialect) -> Read:
    """What is asked, as whoever reads this dialect understands it."""
    anthropic = dialect == "anthropic_messages"
    system = [_words(asked.get("system", ""))] if anthropic else []
    system += [_words(m["content"]) for m in asked["messages"] if m["role"] == "system"]
    turns = [(m["role"], _words(m["content"])) for m in asked["messages"] if m["role"] != "system"]
    tools = [tool if anthropic else tool["function"] for tool in asked.get("tools", ())]
    return Read(
        model=asked["model"],
        system="".join(system),
        turns=tuple(turns),
        tools=tuple(tool["name"] for tool in tools),
        stream=bool(asked.get("stream")),
        usage=anthropic or bool((asked.get("stream_options") or {}).get("include_usage")),
        most=asked.get("max_tokens"),
        temperature=asked.get("temperature"),
        stop=tuple(asked.get("stop_sequences" if anthropic else "stop") or ()),
    )


def translated(asked: Json, caller: Dialect, model: str, *, usage: bool) -> Read:
    """What a provider of the other dialect reads; `usage`: one of OpenAI's may be asked for it."""
    said = read(asked, caller)
    most = _MOST if said.most is None else said.most
    wanted = caller == "openai_chat" or (said.stream and usage)
    return Read(
        model,
        said.system,
        said.turns,
        said.tools,
        said.stream,
        wanted,
        most,
        said.temperature,
        said.stop,
    )


def _openai(dice: Random, asked: Json) -> Json:
    if asked.get("stream") and dice.random() < 0.3:
        asked["stream_options"] = {"include_usage": dice.random() < 0.7, "x": 1}
    if dice.random() < 0.2:
        asked[CHOICES] = dice.randint(2, 3)
    if dice.random() < 0.2:
        asked["max_tokens"] = 17
    if dice.random() < 0.2:
        asked["stop"] = ["#", "äh"]
    if dice.random() < 0.2:
        asked["messages"].insert(0, {"role": "system", "content": "Sei kurz."})
    if dice.random() < 0.2:
        asked["tools"] = [{"type": "function", "function": {"name": "f0", "parameters": _SCHEMA}}]
    return asked


def _anthropic(dice: Random, asked: Json) -> Json:
    asked["max_tokens"] = dice.choice((17, 4096))
    if dice.random() < 0.2:
        asked["stop_sequences"] = ["#", "äh"]
    if dice.random() < 0.3:
        asked["system"] = dice.choice(("Sei kurz.", [_text("Sei "), _text("kurz.")]))
    if dice.random() < 0.2:
        asked["tools"] = [{"name": "f0", "input_schema": _SCHEMA}]
    return asked


def _text(words: str) -> Json:
    return {"type": "text", "text": words}


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    assert isinstance(content, list)
    return "\n\n".join(part["text"] for part in content)
