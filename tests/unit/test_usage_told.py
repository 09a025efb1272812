"""What a usage line tells of a request: all that settling needs, in bounds, and no secret."""

import json

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from src.domain import usage_line
from src.domain.quota import Hold, Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.domain.usage_line import EVENT, BadLine, Reader
from src.domain.usage_told import LONGEST
from tests.support.owed import AT, KEY, LIMITS, held, line, receipt


def read(text: str) -> tuple[Hold, Outcome]:
    return Reader(KEY).read(json.loads(text), AT)


RECEIPTS: list[dict[str, object]] = [
    {"request_id": ""},
    {"request_id": 7},
    {"status": -1},
    {"status": 2**70},
    {"status": True},
    {"at_us": "now"},
    {"at_us": 1.5},
    {"at_us": None},
    {"seconds_us": -5},
    {"ending": "well"},
    {"model": "m" * (LONGEST + 1)},
    {"usage": {"input_tokens": -1}},
    {"usage": {"input_tokens": 1e308}},
    {"attempts": [7]},
    {"attempts": [{"provider": "p"}]},
]
WRONG: list[dict[str, object]] = [
    {"receipt": None},
    {"receipt": 7},
    {"receipt": []},
    {"lines": 7},
    {"lines": [{}]},
    {"claim": {"key": 7}},
]
WRONG += [{"receipt": change} for change in RECEIPTS]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_what_no_relay_writes_is_damaged(wrong: dict[str, object]) -> None:
    """
    Also where nothing is signed: nobody books less than nothing.
    """
    told = json.loads(line("r1", *LIMITS, key=None))
    change = wrong.get("receipt")
    more = {"receipt": {**told["receipt"], **change}} if isinstance(change, dict) else wrong

    with pytest.raises(BadLine, match="damaged"):
        Reader(None, unsigned=True).read({**told, **more}, AT)


def test_a_member_that_is_not_known_is_passed_over() -> None:
    """
    A newer relay may tell more in the same line; it is signed with the rest.
    """
    told = json.loads(line("r1", key=None))
    told["receipt"]["region"] = "eu"
    told["receipt"]["attempts"][0]["hops"] = 3
    signed = {**told, "mac": usage_line.mac(told, KEY)}

    assert "r1" == read(json.dumps(signed))[0].id


LEAK = "sk-proj-abcdefghijkl"


def test_it_holds_no_secret() -> None:
    """
    Keys that callers put where they do not belong are taken out, in whatever field. (An answer is
    no part of the event: `domain/events.py`.)
    """
    attempt = AttemptRecord("p", LEAK, "k", "served", f"no such key {LEAK}", why=LEAK)
    told = evolve(
        receipt(), model=LEAK, error=LEAK, tags=LEAK, client_request_id=LEAK, attempts=(attempt,)
    )
    text = usage_line.line(held(told), told, KEY)

    assert LEAK not in text
    assert "[removed]" in text


ODD = st.text(st.characters(), max_size=600) | st.sampled_from(
    ["\n", "\u2028", "\x1b[2J", "\ud800", "模" * 600, "\0" * 600, '{"event":"relay.usage.v1"}']
)
NUMBERS = st.integers(-(2**80), 2**80)
SECONDS = st.floats(allow_nan=True, allow_infinity=True)


@given(ODD, ODD, NUMBERS, SECONDS, st.integers(0, 60))
def test_it_is_one_short_line_whatever_was_sent(
    words: str, more: str, number: int, seconds: float, attempts: int
) -> None:
    """
    Printable ASCII, 64 KiB at most; and what is written is read, and is what is signed.
    """
    usage = Usage(number, number, number, number, cache_write_tokens=number)
    tried = AttemptRecord(words, more, words, more, words, number, seconds, seconds, more, words)
    told = Receipt(
        *("r1", AT, words, more, words),
        stream=False,
        attempts=(evolve(tried, usage=usage, cost=number),) * attempts,
        usage=usage,
        seconds=seconds,
        first_event_seconds=seconds,
        error=words,
        tags=more,
        dropped=(more,) * attempts,
        bytes_out=number,
        cost=number,
    )
    text = usage_line.line(held(told), told, KEY)
    _, outcome = read(text)

    assert text.isascii() and text.isprintable()
    assert len(text) < 65_536
    assert 1 == text.count("relay.usage.")
    assert outcome == read(usage_line.line(held(outcome.receipt), outcome.receipt, KEY))[1]


def test_a_usual_line_is_small() -> None:
    """
    About a kilobyte, so that no platform cuts it off.
    """
    assert len(line("0123456789abcdef" * 2, LIMITS[0])) < 1_400
    assert EVENT in line()
