"""How providers behave, well and badly: each a tuple of steps, or a function of the request."""

import asyncio
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence

from . import golden
from .script import Behaviour, Close, Hang, Repeat, Reset, Script, Seen, Send, Step, Until, Wait

Headers = Sequence[tuple[str, str]]

#: What no caller may ever see, and what the relay has to survive.
ODD_HEADERS: Headers = (
    ("Set-Cookie", "session=provider; Path=/"),
    ("Set-Cookie", "second=1"),
    ("Server", "provider/1.0"),
    ("X-RateLimit-Remaining-Requests", "17"),
    ("x-request-id", "req-of-the-provider"),
    ("X-Empty", ""),
    ("Alt-Svc", 'h3=":443"'),
    ("Access-Control-Allow-Origin", "*"),
)

_REASONS = {200: "OK", 302: "Found", 429: "Too Many Requests"}
_JSON: Headers = (("Content-Type", "application/json"),)
_EVENTS: Headers = (("Content-Type", "text/event-stream; charset=utf-8"),)


def head(code: int, headers: Headers) -> bytes:
    lines = [f"HTTP/1.1 {code} {_REASONS.get(code, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def frame(data: bytes) -> bytes:
    """One chunk of a chunked body (RFC 9112, 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_FRAME = b"0\r\n\r\n"


# Whole answers.


def status(code: int, body: bytes = b"", headers: Headers = _JSON) -> Behaviour:
    """A complete answer with a length."""
    length = ("Content-Length", str(len(body)))
    return (Send(head(code, (*headers, length)) + body),)


def ok_chat(answer: golden.Json = golden.TEXT_ANSWER, headers: Headers = ()) -> Behaviour:
    """A whole chat answer."""
    return status(200, golden.dump(answer), (*_JSON, *headers))


def rate_limited(
    retry_after: float | str | None = 2, *, type: str = "requests", headers: Headers = ()
) -> Behaviour:
    """429, with a Retry-After unless that is None."""
    hint = () if retry_after is None else (("Retry-After", str(retry_after)),)
    body = golden.error("Slow down.", type=type, code="rate_limit_exceeded")
    return status(429, body, (*_JSON, *hint, *headers))


def refused(
    code: int, *, type: str = "invalid_request_error", name: str | None = None
) -> Behaviour:
    """An error status with OpenAI's body."""
    return status(code, golden.error(f"The provider says {code}.", type=type, code=name))


def html(code: int = 200) -> Behaviour:
    page = b"<!doctype html><title>Bad gateway</title>"
    return status(code, page, (("Content-Type", "text/html"),))


def empty_200() -> Behaviour:
    return status(200)


def error_200() -> Behaviour:
    """Success by its status, an error by its body."""
    return status(200, golden.error("The engine is overloaded.", type="server_error"))


def redirect(location: str) -> Behaviour:
    return status(302, b"", (("Location", location),))


def silent() -> Behaviour:
    """Takes the request and never answers."""
    return (Hang(),)


def hang_up() -> Behaviour:
    """Takes the request and ends the connection."""
    return (Close(),)


def reset_at_once() -> Behaviour:
    return (Reset(),)


# Streams.


def opened(headers: Headers = ()) -> Step:
    """Status and headers of a stream."""
    return Send(head(200, (*_EVENTS, *headers, ("Transfer-Encoding", "chunked"))))


def frames(pieces: Iterable[bytes], gap: float = 0.0) -> Behaviour:
    """Each piece in a chunk of its own, `gap` seconds between two."""
    steps: list[Step] = []
    for data in pieces:
        steps += [Wait(gap)] * (bool(steps) and gap > 0)
        steps.append(Send(frame(data)))
    return tuple(steps)


def ended() -> Step:
    return Send(LAST_FRAME)


def raw_stream(pieces: Iterable[bytes], *, gap: float = 0.0, headers: Headers = ()) -> Behaviour:
    """A stream with exactly these bytes, properly ended."""
    return (opened(headers), *frames(pieces, gap), ended())


def ok_stream(
    events: Sequence[bytes] = golden.TEXT,
    *,
    gap: float = 0.0,
    line_end: bytes = b"\n",
    headers: Headers = (),
) -> Behaviour:
    """A complete stream."""
    return raw_stream(golden.wire(events, line_end=line_end), gap=gap, headers=headers)


def gated_stream(events: Sequence[bytes], gate: asyncio.Event, after: int) -> Behaviour:
    """A complete stream that waits for the test after so many events."""
    pieces = golden.wire(events)
    first, rest = frames(pieces[:after]), frames(pieces[after:])
    return (opened(), *first, Until(gate), *rest, ended())


def bytes_cut_at(
    positions: Iterable[int], events: Sequence[bytes] = golden.TEXT, *, line_end: bytes = b"\n"
) -> Behaviour:
    """The same stream in other pieces; they are written apart, a turn of the loop between two."""
    data = b"".join(golden.wire(events, line_end=line_end))
    places = [0, *sorted(positions), len(data)]
    pieces = (data[a:b] for a, b in itertools.pairwise(places))
    return raw_stream(filter(None, pieces))


def slow_first(seconds: float, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """Headers at once, the first event late."""
    return (opened(), Wait(seconds), *frames(golden.wire(events)), ended())


def pings_only(gap: float = 0.02) -> Behaviour:
    """Comments for ever, never an event."""
    return (opened(), Repeat(frame(b": ping\n\n"), gap))


def begun(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """The first n events of a stream, and nothing after them yet."""
    return (opened(), *frames(golden.wire(events)[:n]))


def cut_after(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """n events, then the connection ends in the middle of a chunk."""
    torn = frame(golden.wire(events)[n])
    return (*begun(n, events), Send(torn[: len(torn) // 2]), Close())


def ends_early(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """n events, then a proper end of the body: only the missing finish tells the cut."""
    return (*begun(n, events), ended())


def reset_after(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    # The pause lets what was written leave; RST throws away what was not.
    return (*begun(n, events), Wait(0.05), Reset())


def stall_after(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    return (*begun(n, events), Hang())


def garbage_event(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """A complete stream with an event at place n that is no JSON."""
    return ok_stream((*events[:n], b"%% not JSON %%", *events[n:]))


def error_event_after(n: int, events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """n events, then an error event and a proper end of the body."""
    error = golden.event(golden.error("The engine is overloaded.", type="server_error"))
    return (*begun(n, events), Send(frame(error)), ended())


def no_done(events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    return raw_stream(golden.wire(events, done=False))


def double_done(events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    return raw_stream((*golden.wire(events), golden.event(golden.DONE)))


def data_after_done(events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    late = golden.event(golden.piece({"content": "too late"}))
    return raw_stream((*golden.wire(events), late))


def open_after_done(events: Sequence[bytes] = golden.TEXT) -> Behaviour:
    """Everything, and then neither an end of the body nor of the connection."""
    return (*begun(len(events) + 1, events), Hang())


# What depends on the request.


def chat(
    events: Sequence[bytes] = golden.TEXT,
    answer: Mapping[str, golden.Json] = golden.TEXT_ANSWER,
    *,
    headers: Headers = (),
    gap: float = 0.0,
    counted: bytes = golden.USAGE,
) -> Script:
    """Does what was asked: whole or streamed, with the usage chunk where it was asked for."""

    def play(seen: Seen) -> Behaviour:
        asked = json.loads(seen.body)
        if not asked.get("stream"):
            return ok_chat(answer, headers)
        usage = (asked.get("stream_options") or {}).get("include_usage")
        return ok_stream((*events, counted) if usage else events, gap=gap, headers=headers)

    return play
