"""What can go wrong in a stream besides: every row is a stream that is not a complete answer."""

from typing import Any

import pytest

from . import golden
from .behaviours import (
    begun,
    ended,
    error_200,
    error_event_after,
    frame,
    frames,
    garbage_event,
    head,
    ok_chat,
    ok_stream,
    opened,
    pings_only,
    rate_limited,
    raw_stream,
    slow_first,
    stall_after,
    status,
)
from .faults import StreamFault, cuts_everywhere, every_break
from .script import Behaviour, Close, Hang, Repeat, Reset, Send, Wait

_WORD = golden.piece({"content": "and "})
_STREAM = ("Content-Type", "text/event-stream")
_LARGE = b"data: " + b"x" * (5 << 20)
_WIRE = golden.wire(golden.TEXT)
_IN_CHOICE = [{"index": 0, "delta": {}, "error": {"message": "x"}, "finish_reason": "error"}]


def _within(place: int, raw: bytes) -> Behaviour:
    """A complete stream with these bytes at that place."""
    return raw_stream((*_WIRE[:place], raw, *_WIRE[place:]))


def _refuses(place: int, payload: bytes) -> Behaviour:
    return _within(place, golden.event(payload))


def _late(name: str, behaviour: Behaviour, reason: str, **told: Any) -> StreamFault:
    """Words had come."""
    return StreamFault(name, behaviour, reason, begun=True, **told)


def _named_error(place: int) -> Behaviour:
    return _within(place, b'event: error\ndata: {"message": "overheated"}\n\n')


#: Success by its status, and no stream.
NO_STREAM = [
    StreamFault("JSON instead", ok_chat(), "bad_answer"),
    StreamFault("error in a 200", error_200(), "server_error", asked=2),
    StreamFault("error labelled a stream", status(200, b'{"error":"x"}', [_STREAM]), "bad_answer"),
    StreamFault("empty stream", raw_stream(()), "bad_answer"),
    StreamFault("plain words", raw_stream([b"upstream connect error\n\n"]), "bad_answer"),
    StreamFault("rate limited", rate_limited(30), "rate_limited", status=429, code="rate_limited"),
    StreamFault(
        "compressed", raw_stream(_WIRE, headers=[("Content-Encoding", "gzip")]), "bad_answer"
    ),
    StreamFault("no HTTP", (Send(b"SSH-2.0-OpenSSH_9.6\r\n"),), "bad_answer"),
]

#: It opens, and nothing that means anything follows.
NO_WORDS = [
    StreamFault("closes at its first read", (opened(), Wait(0.02), Close()), "cut"),
    StreamFault("resets at its first read", (opened(), Wait(0.02), Reset()), "cut"),
    StreamFault("bad chunk at its first read", (opened(), Send(b"zz\r\n")), "cut"),
    StreamFault("slow first event", slow_first(30), "timeout"),
    StreamFault("pings only", pings_only(), "timeout"),
    StreamFault("roles only", (opened(), Repeat(frame(_WIRE[0]), 0.02)), "timeout"),
    StreamFault("[DONE] alone", ok_stream(()), "bad_answer"),
    StreamFault("[DONE] after a role", ok_stream((golden.role(),)), "bad_answer"),
]

#: Words, and then something else than the rest of them.
IN_THE_MIDDLE = [
    *(
        StreamFault(f"error event after {n}", error_event_after(n), "server_error", 2, begun=n > 1)
        for n in range(len(golden.TEXT) + 1)
    ),
    *(
        StreamFault(f"named error after {n}", _named_error(n), "error_event", begun=n > 1)
        for n in (0, 2, len(golden.TEXT))
    ),
    _late("error of vLLM", _refuses(4, b'{"object":"error","message":"x"}'), "bad_answer"),
    _late("error of FastAPI", _refuses(4, b'{"detail":"x"}'), "bad_answer"),
    _late("error in the choice", _refuses(4, golden.envelope(_IN_CHOICE)), "bad_answer"),
    _late(
        "rate limited in the middle",
        _refuses(3, golden.error("slow", type="", code="rate_limit_exceeded")),
        "rate_limited",
        status=429,
        code="rate_limited",
    ),
    _late("never ends", (*begun(3), Repeat(frame(golden.event(_WORD)), 0.02)), "stalled"),
    _late("pings instead of words", (*begun(3), Repeat(frame(b": ping\n\n"), 0.02)), "stalled"),
    _late("stalls in an event", (*begun(3), Send(frame(_WIRE[3][:20])), Hang()), "stalled"),
    *(_late(f"stalls at {n}", stall_after(n), "stalled") for n in range(2, len(golden.TEXT))),
]

#: Frames that are not what they should be.
MALFORMED = [
    *(
        StreamFault(f"no JSON at {n}", garbage_event(n), "bad_answer", begun=n > 1)
        for n in range(len(golden.TEXT) + 1)
    ),
    _late("torn JSON", _refuses(3, _WORD[:30]), "bad_answer"),
    _late("two chunks in one event", _refuses(3, _WORD + b" " + _WORD), "bad_answer"),
    _late("bad UTF-8", _refuses(3, b'{"choices":[{"delta":{"content":"\xff"}}]}'), "bad_answer"),
    *(
        _late(f"JSON {text}", _refuses(3, text.encode()), "bad_answer")
        for text in ("7", "[]", "null", '"words"')
    ),
    _late("field misspelt", _within(3, b"dta: " + _WORD + b"\n\n"), "bad_answer"),
    _late("no field at all", _within(3, b"Bad Gateway\n\n"), "bad_answer"),
    _late("half an event", (*begun(4), Send(frame(_WIRE[4][:25])), ended()), "cut"),
    _late("half the finish", (*begun(6), Send(frame(_WIRE[6][:-9])), ended()), "cut"),
    _late("half of [DONE]", (*begun(3), Send(frame(b"data: [DO")), ended()), "cut"),
    _late("too large an event", (*begun(3), *frames([_LARGE]), Hang()), "bad_answer"),
    StreamFault("too large from the first", (opened(), *frames([_LARGE]), Hang()), "bad_answer"),
]

#: The body breaks the rules of HTTP (RFC 9112, 7.1 and 8).
BAD_FRAMING = [
    _late("no chunk size", (*begun(3), Send(b"zz\r\nwords")), "cut"),
    _late("chunk too short", (*begun(3), Send(b"5\r\nabcdefgh\r\n")), "cut"),
    _late("no last chunk", (*begun(5), Wait(0.02), Close()), "cut"),
    _late(
        "less than its length",
        (
            Send(head(200, [_STREAM, ("Content-Length", "9999")]) + b"".join(_WIRE[:4])),
            Wait(0.02),
            Close(),
        ),
        "cut",
    ),
    _late(
        "until the connection ends",
        (
            Send(head(200, [_STREAM, ("Connection", "close")]) + b"".join(_WIRE[:4])),
            Wait(0.02),
            Close(),
        ),
        "cut",
    ),
]

TABLES = {
    "breaks": [*every_break()],
    "cuts": [*cuts_everywhere()],
    "no stream": NO_STREAM,
    "no words": NO_WORDS,
    "in the middle": IN_THE_MIDDLE,
    "malformed": MALFORMED,
    "bad framing": BAD_FRAMING,
}
EVERY = [fault for table in TABLES.values() for fault in table]

each_stream_fault = pytest.mark.parametrize("fault", EVERY, ids=str)
each_table = pytest.mark.parametrize("faults", TABLES.values(), ids=TABLES)
