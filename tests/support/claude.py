"""How a provider of Anthropic's dialect behaves, well and badly, over a scripted connection."""

import json
from collections.abc import Sequence

from . import messages
from .behaviours import ended, frame, frames, opened, raw_stream, status
from .messages import Json
from .script import Behaviour, Close, Hang, Script, Seen, Send

Events = Sequence[Json]

#: What every answer of Anthropic's has. https://platform.claude.com/docs/en/api/overview
HEADERS = (("request-id", "req_of_the_provider"),)


def whole(events: Events) -> Json:
    """The whole answer that a stream of these events adds up to."""
    answer: Json = {}
    for event in events:
        match event["type"]:
            case "message_start":
                answer = json.loads(messages.dump(event["message"]))
            case "content_block_start":
                answer["content"].append(dict(event["content_block"]))
            case "content_block_delta":
                _add(answer["content"][event["index"]], event["delta"])
            case "message_delta":
                answer |= event["delta"]
                answer["usage"] |= event["usage"]
    for block in answer["content"]:
        if isinstance(said := block.pop("json", None), str):
            block["input"] = json.loads(said or "{}")
    return answer


def says(events: Events, *, headers: Sequence[tuple[str, str]] = HEADERS) -> Script:
    """Does what was asked: this answer, whole or streamed."""

    def play(seen: Seen) -> Behaviour:
        if json.loads(seen.body).get("stream"):
            return stream(events, headers=headers)
        json_type = ("Content-Type", "application/json")
        return status(200, messages.dump(whole(events)), (json_type, *headers))

    return play


def stream(events: Events, *, headers: Sequence[tuple[str, str]] = HEADERS) -> Behaviour:
    """A complete stream."""
    return raw_stream(map(messages.event, events), headers=headers)


def refused(
    code: int, kind: str, message: str = "The provider says no.", retry_after: int | None = None
) -> Behaviour:
    """An error status with Anthropic's body."""
    error = {"type": kind, "message": message}
    body = {"type": "error", "error": error, "request_id": "req_of_the_provider"}
    hint = () if retry_after is None else (("Retry-After", str(retry_after)),)
    headers = (("Content-Type", "application/json"), *HEADERS, *hint)
    return status(code, messages.dump(body), headers)


def begun(n: int, events: Events) -> Behaviour:
    """The first n events of a stream, and nothing after them yet."""
    return (opened(HEADERS), *frames(map(messages.event, events[:n])))


def cut_after(n: int, events: Events) -> Behaviour:
    """n events, then the connection ends in the middle of a chunk."""
    torn = frame(messages.event(events[n]))
    return (*begun(n, events), Send(torn[: len(torn) // 2]), Close())


def ends_early(n: int, events: Events) -> Behaviour:
    """n events, then a proper end of the body."""
    return (*begun(n, events), ended())


def stall_after(n: int, events: Events) -> Behaviour:
    return (*begun(n, events), Hang())


def error_event_after(n: int, events: Events) -> Behaviour:
    """n events, then `overloaded_error` and a proper end of the body."""
    return (*begun(n, events), Send(frame(messages.event(messages.OVERLOADED))), ended())


def _add(block: Json, delta: Json) -> None:
    match delta["type"]:
        case "input_json_delta":
            block["json"] = block.get("json", "") + delta["partial_json"]
        case "citations_delta":
            block["citations"] = [*block["citations"], delta["citation"]]
        case kind:
            name = kind.removesuffix("_delta")
            block[name] = block.get(name, "") + delta[name]
