"""The lines of a hold."""

from src.domain.quota import Hold, Line, estimate_input_tokens, hold


def held(tokens: int = 5000) -> Hold:
    return hold("id", client="c", model="m", provider="p", tokens=tokens, until=90.0)


def test_a_hold_books_the_callers_side_and_the_first_choices() -> None:
    """Deployment, client, model and provider, each with a request, its tokens and a place."""
    subjects = ("deployment", "client:c", "model:m", "provider:p")

    assert {
        line
        for subject in subjects
        for line in (
            Line(subject, "requests", "minute", 1),
            Line(subject, "tokens", "minute", 5000),
            Line(subject, "concurrency", "total", 1),
        )
    } == set(held().lines)
    assert ("id", 90.0, 12) == (held().id, held().until, len(held().lines))


def test_the_estimate_is_an_upper_bound() -> None:
    """No tokenizer makes more than one token of a byte."""
    assert 1000 == estimate_input_tokens(1000)
    assert 0 == estimate_input_tokens(0)
