"""What a caller may set by header."""

import pytest

from src.adapters.http.knobs import client_request_id, read
from src.application.request import Knobs
from src.domain.catalogue import Delivery
from src.domain.errors import InvalidRequest


def test_without_headers_nothing_is_set() -> None:
    """All others are not looked at."""
    assert Knobs() == read({"x-other": "1", "x-relay-nothing": "1"})


def test_every_knob_is_read() -> None:
    """Milliseconds become seconds; names are stripped and kept in order."""
    headers = {
        "x-relay-timeout-ms": "1500",
        "x-relay-fallbacks": " b/y , a/x,,c ",
        "x-relay-tags": "team=blue",
        "x-relay-delivery": "whole",
        "idempotency-key": "order-17",
    }

    assert Knobs(
        timeout=1.5,
        delivery="whole",
        idempotency_key="order-17",
        fallbacks=("b/y", "a/x", "c"),
        tags="team=blue",
    ) == read(headers)


@pytest.mark.parametrize("said", ["live", "whole", None])
def test_delivery_is_said_or_left_to_the_model(said: Delivery | None) -> None:
    """Live is a word too: it goes over what a virtual model says."""
    assert said == read({} if said is None else {"x-relay-delivery": said}).delivery


WRONG = [
    *(("x-relay-timeout-ms", v) for v in ("", "0", "-1", "1.5", "1e3", "soon", "1" * 10, " 1")),
    *(("x-relay-fallbacks", v) for v in ("", " ", ",,", ",".join("abcdefghi"))),
    *(("x-relay-delivery", v) for v in ("", "Whole", "LIVE", "live ", "whole,live", "switched")),
    *(("Idempotency-Key", v) for v in ("", "two words", "ü", "x" * 256, "a\r\nb")),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_names_its_header(name: str, value: str) -> None:
    """Refused rather than ignored: the caller relies on it."""
    with pytest.raises(InvalidRequest) as caught:
        read({name.lower(): value})

    assert name == caught.value.param


def test_eight_fallbacks_are_enough() -> None:
    """And all of them are taken."""
    assert tuple("abcdefgh") == read({"x-relay-fallbacks": ",".join("abcdefgh")}).fallbacks


def test_tags_are_cut_short() -> None:
    """Logs are no place for novels."""
    assert "t" * 256 == read({"x-relay-tags": "t" * 5000}).tags


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("req-1.a_b", "req-1.a_b"),
        ("x" * 128, "x" * 128),
        ("x" * 129, ""),
        ("", ""),
        ("two words", ""),
        ("a\r\nb", ""),
        ("a\n", ""),
        ("ü", ""),
    ],
)
def test_a_callers_id_is_kept_if_it_is_fit(given: str, expected: str) -> None:
    """Visible ASCII, 128 characters; anything else is dropped, not refused."""
    assert expected == client_request_id({"x-request-id": given})


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, ""),
        ({"x-relay-session": "a"}, "a"),
        ({"x-claude-code-session-id": "b"}, "b"),
        ({"x-relay-session": "a", "x-claude-code-session-id": "b"}, "a"),
        ({"x-relay-session": "", "x-claude-code-session-id": "b"}, "b"),
        ({"x-relay-session": "s" * 5000}, "s" * 256),
    ],
)
def test_the_session_is_ours_or_claude_codes(headers: dict[str, str], expected: str) -> None:
    """Ours goes over the other; an empty one is none."""
    assert expected == read(headers).session


def test_a_session_has_a_place_of_its_own() -> None:
    """The same in every process and after every start; none without a session."""
    first, again = (read({"x-relay-session": "a"}).affinity for _ in range(2))

    assert 14598278634844962250 == first == again
    assert None is Knobs().affinity
    assert first != Knobs(session="b").affinity
