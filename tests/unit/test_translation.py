"""A stream on its way from one dialect into another, as its user sees it."""

import re

import pytest

from src.domain.blocks import Dialect
from src.domain.dialects import anthropic_messages, openai_chat
from src.domain.dialects.codec import Asked, Reader
from src.domain.dialects.wire import Wire
from src.domain.errors import BadAnswer, Cut, RateLimited, ServerFailed, UpstreamError
from src.domain.receipt import Usage
from tests.support import golden, messages, messaging

SAID = b'{"model":"m","max_tokens":9,"stream":true,"stream_options":{"include_usage":true},%s}'
BODY = SAID % b'"messages":[{"role":"user","content":"Hi"}]'
OTHER: dict[Dialect, Dialect] = {
    "openai_chat": "anthropic_messages",
    "anthropic_messages": "openai_chat",
}
STREAMS: dict[Dialect, list[bytes]] = {
    "anthropic_messages": [messages.event(body) for body in messages.STREAMS["text"]],
    "openai_chat": [*golden.wire((*golden.TEXT, golden.USAGE))],
}
LAST: dict[Dialect, bytes] = {
    "openai_chat": b"data: [DONE]\n\n",
    "anthropic_messages": messages.event(messages.STOP),
}
FINISHES = rb'"(stop|finish)_reason":"'
both = pytest.mark.parametrize("spoken", STREAMS)


def asked(dialect: Dialect) -> Asked:
    read = openai_chat.request.read if dialect == "openai_chat" else anthropic_messages.request.read
    return read(BODY)


def reader(spoken: Dialect) -> Reader:
    """Of a provider that speaks this, for a caller who does not."""
    caller = OTHER[spoken]
    return Wire.between(caller, spoken).reader(asked(caller), now=1.0, strict=False)


@both
def test_a_whole_stream(spoken: Dialect) -> None:
    """All of it, its end and its usage; nothing is left to say."""
    at = reader(spoken)
    passed = at.feed(b"".join(STREAMS[spoken]))

    assert (True, True, True, True) == (at.done, at.ended, at.complete, at.told)
    assert passed.raw.endswith(LAST[OTHER[spoken]])
    assert (at.events, b"") == (passed.events, at.end())
    assert at.usage is not None
    assert not at.usage.estimated


@both
def test_any_cut_of_the_bytes_gives_the_same(spoken: Dialect) -> None:
    """Byte by byte, and at every place in two."""
    data = b"".join(STREAMS[spoken])
    at = reader(spoken)
    expected = at.feed(data).raw
    single = reader(spoken)

    assert expected == b"".join(single.feed(bytes([byte])).raw for byte in data)
    for place in range(0, len(data), 7):
        at = reader(spoken)
        assert expected == at.feed(data[:place]).raw + at.feed(data[place:]).raw


@both
def test_it_means_something_from_its_first_word_on(spoken: Dialect) -> None:
    """A role, `message_start` and an empty block may still be taken back."""
    at, before = reader(spoken), 0
    for event in STREAMS[spoken]:
        at.feed(event)
        if at.meaningful:
            break
        before += 1

    assert "Grüße".encode() in STREAMS[spoken][before]


@both
def test_every_early_end_is_a_cut(spoken: Dialect) -> None:
    """Before the finish, wherever it comes; and nothing is invented to hide it."""
    events = STREAMS[spoken]
    until = next(n for n, data in enumerate(events) if re.search(FINISHES, data))
    for count in range(until):
        at = reader(spoken)
        passed = at.feed(b"".join(events[:count]))
        with pytest.raises(Cut):
            at.end()
        assert LAST[OTHER[spoken]] not in passed.raw
        assert not at.complete


def test_a_finish_without_done_is_complete() -> None:
    """Of OpenAI's imitators some leave it out: the caller gets its own last word all the same."""
    at = reader("openai_chat")
    raw = at.feed(b"".join(golden.wire(golden.TEXT, done=False))).raw + at.end()

    assert raw.endswith(messages.event(messages.STOP))
    assert at.ended


@both
def test_what_follows_the_last_word_is_ignored(spoken: Dialect) -> None:
    """A second end, or anything else."""
    at = reader(spoken)
    at.feed(b"".join(STREAMS[spoken]))

    assert b"" == at.feed(b"".join(STREAMS[spoken])).raw


LIMITED = b"event: error\ndata: " + messaging.error("rate_limit_error") + b"\n\n"
ERRORS: list[tuple[Dialect, bytes, type[UpstreamError]]] = [
    ("anthropic_messages", messages.event(messages.OVERLOADED), ServerFailed),
    (
        "anthropic_messages",
        b"event: error\ndata: " + messaging.error("rate_limit_error") + b"\n\n",
        RateLimited,
    ),
    ("openai_chat", golden.event(golden.error("x", type="server_error")), ServerFailed),
]


@pytest.mark.parametrize("before", [0, 1, 4])
@pytest.mark.parametrize(("spoken", "event", "kind"), ERRORS)
def test_an_error_event_is_a_failure(
    spoken: Dialect, event: bytes, kind: type[UpstreamError], before: int
) -> None:
    """Nothing of it goes to the caller, nor of what follows."""
    at, clean = reader(spoken), reader(spoken)
    start = b"".join(STREAMS[spoken][:before])
    passed = at.feed(start + event + b"".join(STREAMS[spoken][before:]))

    assert isinstance(at.failure, kind)
    assert clean.feed(start).raw == passed.raw
    with pytest.raises(kind):
        at.end()


@both
def test_what_cannot_be_read_is_a_failure(spoken: Dialect) -> None:
    """It cannot go on as it came: nobody could translate it."""
    at = reader(spoken)
    with pytest.raises(BadAnswer):
        at.feed(STREAMS[spoken][0] + b"data: %% not JSON %%\n\n")
        at.end()


@both
def test_half_an_event_is_never_told(spoken: Dialect) -> None:
    """A caller gets whole events or none."""
    at = reader(spoken)
    for count in range(len(STREAMS[spoken])):
        passed = reader(spoken).feed(b"".join(STREAMS[spoken][: count + 1])[:-1])
        assert passed.raw == b"" or passed.raw.endswith(b"\n\n")
    assert at.events == 0


def test_usage_is_estimated_until_it_is_said() -> None:
    """What came in as Anthropic said at the start; what went out by the pieces."""
    at = reader("anthropic_messages")
    events = STREAMS["anthropic_messages"]
    at.feed(b"".join(events[:3]))
    assert None is at.usage
    at.feed(b"".join(events[3:6]))

    assert Usage(44, 3, cached_tokens=30, cache_write_tokens=5, estimated=True) == at.usage


def test_pings_and_comments_are_not_translated() -> None:
    """They mean nothing, and begin nothing."""
    at = reader("anthropic_messages")
    passed = at.feed(messages.event(messages.PING) * 50 + b": hello\n\n")

    assert (b"", 0, False) == (passed.raw, passed.events, at.meaningful)


def test_an_empty_piece_is_not_yet_an_answer() -> None:
    """Another target may still be asked."""
    at = reader("anthropic_messages")
    for body in (*messages.STREAMS["text"][:3], messages.delta(0, "text_delta", text="")):
        at.feed(messages.event(body))

    assert (False, 0) == (at.meaningful, at.pieces)


@both
def test_a_torn_event_is_a_failure(spoken: Dialect) -> None:
    """A line that clients skip unseen is the rest of an event: what it said would be missing."""
    events = STREAMS[spoken]
    lost = next(data for data in events if "Grüße".encode() in data)
    at = reader(spoken)
    with pytest.raises(BadAnswer):
        at.feed(b"".join(events).replace(lost, lost[lost.index(b'":') :]))


@both
def test_half_a_last_event_does_not_spoil_a_whole_answer(spoken: Dialect) -> None:
    """The finish has come: what is cut is its usage, or the provider's last word."""
    events = STREAMS[spoken]
    until = next(n for n, data in enumerate(events) if re.search(FINISHES, data)) + 1
    for half in (events[until][:-5], events[until][:9]):
        at = reader(spoken)
        raw = at.feed(b"".join(events[:until]) + half).raw + at.end()
        assert raw.endswith(LAST[OTHER[spoken]])
