"""The receipt, as headers."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from src.adapters.http import receipt_headers
from src.domain.receipt import AttemptRecord, Receipt, Usage

PLAIN = Receipt("f" * 32, 0.0, "client", "chat.completions", "asked", stream=False)
SERVED = AttemptRecord("two", "gpt-4o", "k2", "served", upstream_request_id="up-1")
LIMITED = AttemptRecord("one", "gpt-4o", "k1", "rate_limited", detail="status 429")


def headers(receipt: Receipt) -> dict[str, str]:
    found = receipt_headers.of(receipt)
    assert len(found) == len(dict(found))
    return {name.decode(): value.decode() for name, value in found}


def test_a_refusal_before_any_attempt_has_the_least() -> None:
    """An id, no attempt, and no word on who served."""
    assert {
        "x-request-id": "f" * 32,
        "x-relay-attempts": "0",
        "x-relay-overhead-ms": "0.0",
    } == headers(PLAIN)


def test_an_answer_says_what_served_it_and_what_failed_before() -> None:
    """Provider, model, key handle, attempts and why the others failed."""
    receipt = evolve(
        PLAIN,
        attempts=(LIMITED, SERVED),
        overhead_seconds=0.0123,
        usage=Usage(3, 4, 1, 2),
        degraded=True,
        client_request_id="mine",
    )

    assert {
        "x-request-id": "f" * 32,
        "x-relay-provider": "two",
        "x-relay-model": "gpt-4o",
        "x-relay-key": "k2",
        "x-relay-upstream-request-id": "up-1",
        "x-relay-attempts": "2",
        "x-relay-overhead-ms": "12.3",
        "x-relay-failed": "one/gpt-4o;key=k1;rate_limited",
        "x-relay-usage": "input=3, output=4, cached=1, reasoning=2",
        "x-relay-degraded": "store",
        "x-relay-client-request-id": "mine",
    } == headers(receipt)


def test_an_answer_says_what_it_cost() -> None:
    """In dollars, to the last digit, beside what it used; an unknown price says nothing."""
    used = evolve(PLAIN, usage=Usage(3, 4), cost=123_400)

    assert "0.000123400" == headers(used)["x-relay-cost"]
    assert "0.000000000" == headers(evolve(used, cost=0))["x-relay-cost"]
    assert "x-relay-cost" in headers(evolve(used, stream=True, delivery="whole"))
    for unknown in (evolve(used, cost=None), evolve(used, stream=True), evolve(PLAIN, cost=None)):
        assert "x-relay-cost" not in headers(unknown)


def test_an_estimate_is_marked() -> None:
    """Nobody takes it for the provider's word."""
    receipt = evolve(PLAIN, usage=Usage(output_tokens=4, estimated=True))

    assert headers(receipt)["x-relay-usage"].endswith(", estimated")


def test_a_stream_does_not_know_its_usage_yet() -> None:
    """Headers go out first; a number then would be a wrong one."""
    assert "x-relay-usage" not in headers(evolve(PLAIN, stream=True, usage=Usage(1, 1)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4o\r\nx-evil: 1", "gpt-4o%0D%0Ax-evil: 1"),
        ("模型", "%E6%A8%A1%E5%9E%8B"),
        ("a\x00b", "a%00b"),
        ("ft:gpt-4o/x:1", "ft:gpt-4o/x:1"),
    ],
)
def test_what_is_no_header_is_encoded(name: str, expected: str) -> None:
    """A name from a caller makes no second header and no broken one."""
    receipt = evolve(PLAIN, attempts=(evolve(SERVED, model=name),))

    assert expected == headers(receipt)["x-relay-model"]


@given(st.text(max_size=300), st.text(max_size=300), st.integers(0, 40))
def test_every_value_is_short_visible_ascii(model: str, upstream_id: str, failed: int) -> None:
    """Whatever models and providers are called, and however many failed."""
    served = evolve(SERVED, model=model, upstream_request_id=upstream_id)
    receipt = evolve(PLAIN, attempts=(*[evolve(LIMITED, model=model)] * failed, served))

    for _, value in receipt_headers.of(receipt):
        assert len(value) <= 1024
        assert value.isascii()
        assert value.decode().isprintable()
