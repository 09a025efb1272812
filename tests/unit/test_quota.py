"""Holds, and what the relay reckons where nobody says."""

from src.domain.catalogue import Limit
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold, estimate_input_tokens, estimated, hold, moved
from src.domain.receipt import Receipt, Usage

OPENED = Receipt("id", 1.0, "c", "chat.completions", "m", stream=False)


LIMITS = Limits.of(
    (
        Limit("client:c", "requests", "minute", 60),
        Limit("client:c", "tokens", "day", 9000, timezone="Asia/Tokyo"),
        Limit("provider:p", "concurrency", "total", 3, mode="shadow"),
        Limit("provider:q", "cost", "total", 10),
        Limit("client:d", "requests", "minute", 1),
        Limit("model:m", "requests", "minute", 1, mode="off"),
    )
)


def held(tokens: int = 5000) -> Hold:
    amounts = Amounts(tokens, 0, 7)
    return hold(OPENED, provider="p", amounts=amounts, limits=LIMITS, now=0.0, until=90.0)


def test_a_hold_has_a_line_for_each_limit_in_its_way() -> None:
    """Of the deployment, the client, the model and the first provider; not of what is off."""
    subjects = ("deployment", "client:c", "model:m", "provider:p")

    assert (subjects, 5000) == (held().subjects, held().tokens)
    assert [
        ("client:c", "requests/minute", 1, 60, True),
        ("client:c", "tokens/day", 5000, 9000, True),
        ("provider:p", "concurrency/total", 1, 3, False),
    ] == [(x.subject, x.slot, x.amount, x.limit, x.enforced) for x in held().lines]


def test_a_line_is_in_its_window() -> None:
    """Of the subject's own time zone: 1970 begins nine hours early in Tokyo."""
    _, day, places = held().lines

    hour = 3_600_000_000
    assert ("1970-01-01", -9 * hour, 15 * hour) == (day.period, day.begins, day.ends)
    assert ("now", 0, 0) == (places.period, places.begins, places.ends)
    assert (True, False) == (day.current(0), day.current(15 * hour))


def test_most_requests_have_no_lines() -> None:
    """Nobody waits for the store then."""
    free = hold(OPENED, provider="p", until=90.0)

    assert ((), False, True) == (free.lines, free.limited, held().limited)


def test_a_hold_tells_the_request_as_it_stood() -> None:
    """That is all there is to tell if its process dies at once."""
    assert OPENED == held().opened


def test_a_hold_moves_with_its_request() -> None:
    """The provider's side goes to the other provider; the caller's stays."""
    to_q = moved(held(), "q", amounts=Amounts(5000, 0, 7), limits=LIMITS)

    assert ("deployment", "client:c", "model:m", "provider:q") == to_q.subjects
    assert held().lines[:2] == to_q.lines[:2]
    assert [("provider:q", "cost/total", 7)] == [
        (x.subject, x.slot, x.amount) for x in to_q.lines[2:]
    ]


def test_the_bound_on_input_is_an_upper_one() -> None:
    """No tokenizer makes more than one token of a byte."""
    assert 1000 == estimate_input_tokens(1000)
    assert 0 == estimate_input_tokens(0)


def test_an_estimate_says_that_it_is_one() -> None:
    """Four bytes of the request a token, and a token for each piece of the answer."""
    assert Usage(250, 7, estimated=True) == estimated(1003, 7)
