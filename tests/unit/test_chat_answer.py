"""Is a whole answer one, and what did it use?"""

import pytest

from src.domain.dialects.openai_chat import answer
from src.domain.errors import BadAnswer, OutOfCredit, RateLimited, ServerFailed, UpstreamError
from src.domain.receipt import Usage
from tests.support import golden

JSON = {"content-type": "application/json"}
WHOLE = {
    "text": golden.TEXT_ANSWER,
    "tools": golden.TOOL_ANSWER,
    "structured": golden.STRUCTURED_ANSWER,
    "refusal": golden.REFUSAL_ANSWER,
    "logprobs": golden.LOGPROBS_ANSWER,
    "reasoning": golden.REASONING_ANSWER,
    "n=2": golden.TWO_ANSWERS,
}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_recorded_answers_are_answers(whole: golden.Json) -> None:
    """Each passes, and its usage is read."""
    found = answer.read(JSON, golden.dump(whole), now=0.0)

    assert Usage(input_tokens=11, output_tokens=7, cached_tokens=4, reasoning_tokens=2) == found


USAGES: list[tuple[str, Usage | None]] = [
    ("null", None),
    ("[]", None),
    ("{}", Usage()),
    ('{"prompt_tokens": 0, "completion_tokens": 0}', Usage()),
    ('{"prompt_tokens": -5, "completion_tokens": "7"}', Usage()),
    ('{"prompt_tokens": 3.5, "completion_tokens": true}', Usage()),
    ('{"prompt_tokens": 3, "prompt_tokens_details": null}', Usage(input_tokens=3)),
    ('{"prompt_tokens_details": [1], "completion_tokens": 2}', Usage(output_tokens=2)),
]


@pytest.mark.parametrize(("written", "expected"), USAGES)
def test_nonsense_counts_as_nothing_and_zero_is_zero(written: str, expected: Usage | None) -> None:
    """A missing usage is None; an explicit zero is told from it."""
    body = f'{{"choices": [], "usage": {written}}}'.encode()

    assert expected == answer.read(JSON, body, now=0.0)


NO_ANSWERS: dict[str, tuple[dict[str, str], bytes, type[UpstreamError], str]] = {
    "nothing": (JSON, b"", BadAnswer, "empty"),
    "white space": (JSON, b"\r\n ", BadAnswer, "empty"),
    "HTML by its type": ({"content-type": "text/html"}, b"oops", BadAnswer, "HTML"),
    "HTML by its look": (JSON, b" <html>", BadAnswer, "HTML"),
    "half": (JSON, b'{"choices": [', BadAnswer, "no JSON"),
    "a list": (JSON, b"[]", BadAnswer, "instead of an answer"),
    "bad UTF-8": (JSON, b'{"id": "\xff", "usage": "\xff"}', BadAnswer, ""),
    "bad UTF-8 in an error": (JSON, b'{"error": {"message": "\xff"}}', BadAnswer, ""),
    "deep": (JSON, b'{"usage": ' + b"[" * 100_000, BadAnswer, ""),
    "no choices": (JSON, b'{"id": "x"}', BadAnswer, "without choices"),
    "choices null": (JSON, b'{"choices": null}', BadAnswer, "without choices"),
    "compressed": ({"content-encoding": "gzip"}, b"\x1f\x8b", BadAnswer, "encoding"),
    "an error of the server": (
        *(JSON, b'{"error": {"type": "server_error"}}', ServerFailed, "server_error"),
    ),
    "an error with a code": (JSON, b'{"error": {"code": 429}}', RateLimited, ""),
    "no money": (JSON, b'{"error": {"code": "insufficient_quota"}}', OutOfCredit, ""),
    "an error of no kind": (JSON, b'{"error": "oops"}', BadAnswer, "an error"),
}


@pytest.mark.parametrize(("headers", "body", "kind", "says"), NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_a_200_that_is_no_answer_is_an_error(
    headers: dict[str, str], body: bytes, kind: type[UpstreamError], says: str
) -> None:
    """By its content, whatever the status says; never any other exception."""
    with pytest.raises(UpstreamError) as caught:
        answer.read(headers, body, now=0.0)

    assert kind is type(caught.value)
    assert says in caught.value.detail
