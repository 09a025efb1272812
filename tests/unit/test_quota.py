"""Holds, and what the relay reckons where nobody says."""

from src.domain.quota import Hold, Line, estimate_input_tokens, estimated, hold, moved
from src.domain.receipt import Receipt, Usage

OPENED = Receipt("id", 1.0, "c", "chat.completions", "m", stream=False)


def held(tokens: int = 5000) -> Hold:
    return hold(OPENED, provider="p", tokens=tokens, until=90.0)


def lines(subject: str, tokens: int) -> set[Line]:
    return {
        Line(subject, "requests", "minute", 1),
        Line(subject, "tokens", "minute", tokens),
        Line(subject, "concurrency", "total", 1),
    }


def test_a_hold_books_the_callers_side_and_the_first_choices() -> None:
    """Deployment, client, model and provider, each with a request, its tokens and a place."""
    subjects = ("deployment", "client:c", "model:m", "provider:p")

    assert set().union(*(lines(subject, 5000) for subject in subjects)) == set(held().lines)
    assert ("id", 90.0, 12) == (held().id, held().until, len(held().lines))


def test_a_hold_tells_the_request_as_it_stood() -> None:
    """That is all there is to tell if its process dies at once."""
    assert OPENED == held().opened


def test_a_hold_moves_with_its_request() -> None:
    """The provider's side goes to the other provider; the caller's stays."""
    to_q = moved(held(), "q")

    assert ("deployment", "client:c", "model:m", "provider:q") == to_q.subjects
    assert to_q == moved(to_q, "q")


def test_the_bound_on_input_is_an_upper_one() -> None:
    """No tokenizer makes more than one token of a byte."""
    assert 1000 == estimate_input_tokens(1000)
    assert 0 == estimate_input_tokens(0)


def test_an_estimate_says_that_it_is_one() -> None:
    """Four bytes of the request a token, and a token for each piece of the answer."""
    assert Usage(250, 7, estimated=True) == estimated(1003, 7)
