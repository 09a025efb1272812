"""Idempotency-Key: whose key it is, what a repeat means, who keeps it, what the caller is told."""

from itertools import combinations

import pytest
from attrs import evolve

from src.domain import idempotency
from src.domain.errors import Conflict, KeyReused
from src.domain.idempotency import REMEMBERED, Claim, Repeat, StoredAnswer, keeps, refusal, repeat
from src.domain.receipt import Ending, Receipt, Usage

RECEIPT = Receipt("1", 0.0, "team", "chat.completions", "m", stream=False, ending="completed")
ANSWER = StoredAnswer("application/json", b"{}")


def claim(
    key: str = "k", *, client: str = "team", endpoint: str = "chat", body: bytes = b"{}"
) -> Claim:
    return idempotency.claim(key, client=client, endpoint=endpoint, body=body, now=1000.0)


def test_the_same_request_makes_the_same_claim() -> None:
    """For a day; and it holds digests only."""
    made = claim("my-order-7", client="team", body=b"the body")

    assert claim("my-order-7", client="team", body=b"the body") == made
    assert 1000.0 + REMEMBERED == made.until
    assert "order" not in repr(made)
    assert "body'" not in repr(made)


def test_a_key_is_worth_something_to_one_client_at_one_endpoint() -> None:
    """The same key of anybody else, or elsewhere, is another; also if the words could be cut in
    another way."""
    claims = [
        claim("k"),
        claim("k2"),
        claim("k", client="other"),
        claim("k", endpoint="responses"),
        claim("tk", client="tea", endpoint="mcha"),
        claim("hatk", endpoint="c"),
    ]

    assert all(one.key != other.key for one, other in combinations(claims, 2))
    assert claim(body=b"1").key == claim(body=b"2").key
    assert claim(body=b"1").body != claim(body=b"2").body


def test_what_a_repeat_means() -> None:
    """Another body is told first; then whether the request is over."""
    other = claim(body=b"other")

    assert Repeat("running", "1") == repeat(
        claim(), claim(), request_id="1", receipt=None, answer=None
    )
    assert Repeat("finished", "1", RECEIPT, ANSWER) == repeat(
        claim(), claim(), request_id="1", receipt=RECEIPT, answer=ANSWER
    )
    for receipt in (None, RECEIPT):
        assert Repeat("other_body", "1") == repeat(
            claim(), other, request_id="1", receipt=receipt, answer=ANSWER
        )


@pytest.mark.parametrize(
    ("ending", "usage", "kept"),
    [
        ("completed", None, True),
        ("completed", Usage(), True),
        ("client_gone", Usage(), True),
        ("client_gone", None, False),
        ("upstream_error", Usage(), False),
        ("deadline", Usage(), False),
        ("denied", None, False),
        ("internal", None, False),
        ("lost", Usage(), False),
    ],
)
def test_who_keeps_the_key(ending: Ending, usage: Usage | None, kept: bool) -> None:
    """Whoever got an answer, or left while a provider worked; a replay never does."""
    receipt = evolve(RECEIPT, ending=ending, usage=usage)

    assert kept == keeps(receipt)
    assert not keeps(evolve(receipt, replay_of="0"))


def test_what_a_caller_is_told() -> None:
    """Which request has the key, whether to come back, and its story once it is over."""
    running, finished = refusal(Repeat("running", "1")), refusal(Repeat("finished", "1", RECEIPT))
    other = refusal(Repeat("other_body", "1"))

    assert isinstance(running, Conflict)
    assert isinstance(finished, Conflict)
    assert isinstance(other, KeyReused)
    assert ("request_in_progress", 1.0, None) == (
        running.code,
        running.retry_after,
        running.receipt,
    )
    assert ("request_completed", None, RECEIPT) == (
        finished.code,
        finished.retry_after,
        finished.receipt,
    )
    assert {"Idempotency-Key"} == {running.param, finished.param, other.param}


def test_the_answer_is_not_shown() -> None:
    """Logs are no place for what models say."""
    assert "secret" not in repr(StoredAnswer("text/plain", b"secret"))
