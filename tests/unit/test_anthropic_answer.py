"""Is a whole answer of Anthropic's dialect one, and what did it use?"""

import pytest

from src.domain.dialects.anthropic_messages import answer, used
from src.domain.errors import (
    BadAnswer,
    OutOfCredit,
    RateLimited,
    RequestRejected,
    ServerFailed,
    UpstreamError,
)
from src.domain.receipt import Usage
from tests.support import messages

JSON = {"content-type": "application/json"}
SAID = Usage(44, 1, cached_tokens=30, cache_write_tokens=5)


def test_all_of_the_input_is_counted() -> None:
    """Anthropic's own count leaves out what was read from the cache and written to it."""
    assert SAID == answer.read(JSON, messages.dump(messages.ANSWER), now=0.0)


USAGES: list[tuple[object, Usage | None]] = [
    (None, None),
    ({}, None),
    ([], None),
    ({"output_tokens": 0}, Usage()),
    ({"input_tokens": 3, "cache_read_input_tokens": None}, Usage(3)),
    ({"input_tokens": -3, "output_tokens": "4"}, Usage()),
    ({"input_tokens": True, "output_tokens": 2}, Usage(0, 2)),
    (
        {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}},
        Usage(0, 9, reasoning_tokens=4),
    ),
    ({"output_tokens": 9, "output_tokens_details": 4}, Usage(0, 9)),
]


@pytest.mark.parametrize(("said", "expected"), USAGES)
def test_nonsense_counts_as_nothing(said: object, expected: Usage | None) -> None:
    """And an explicit zero as zero."""
    body = messages.dump({"content": [], "usage": said})

    assert expected == answer.read(JSON, body, now=0.0)


@pytest.mark.parametrize("usage", [SAID, Usage(), Usage(10, 4, reasoning_tokens=3), Usage(7, 7, 7)])
def test_usage_there_and_back(usage: Usage) -> None:
    """What is written says what was read."""
    assert usage == used.read(used.write(usage))


def test_usage_that_does_not_add_up_is_never_negative() -> None:
    """More cached than there was input."""
    assert 0 == used.write(Usage(3, 0, cached_tokens=5))["input_tokens"]


def test_unknown_usage_is_written_as_zeros() -> None:
    """The SDKs demand the fields."""
    assert (0, 0) == tuple(used.write(None)[f"{way}_tokens"] for way in ("input", "output"))


def error(kind: str) -> bytes:
    return messages.dump({"type": "error", "error": {"type": kind, "message": "No."}})


NO_ANSWERS: list[tuple[bytes, type[UpstreamError]]] = [
    (b"", BadAnswer),
    (b" \n", BadAnswer),
    (b"<html>", BadAnswer),
    (b"data: {}", BadAnswer),
    (b"[]", BadAnswer),
    (b"{}", BadAnswer),
    (b'{"content": "text"}', BadAnswer),
    (b"[" * 100_000, BadAnswer),
    (error("overloaded_error"), ServerFailed),
    (error("rate_limit_error"), RateLimited),
    (error("billing_error"), OutOfCredit),
    (error("invalid_request_error"), RequestRejected),
    (error("of_another_kind"), BadAnswer),
    (b'{"error": "it broke"}', BadAnswer),
    (b'{"detail": "Not found"}', BadAnswer),
]


@pytest.mark.parametrize(("body", "expected"), NO_ANSWERS)
def test_what_is_no_answer_is_an_error(body: bytes, expected: type[UpstreamError]) -> None:
    """An error in a 200, HTML, nothing."""
    with pytest.raises(UpstreamError) as caught:
        answer.read(JSON, body, now=0.0)

    assert expected is type(caught.value)


def test_a_compressed_answer_is_not_unpacked() -> None:
    """It was not asked for."""
    with pytest.raises(BadAnswer):
        answer.read({"content-encoding": "gzip"}, b'{"content": []}', now=0.0)
