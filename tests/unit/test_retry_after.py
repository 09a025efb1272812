"""When to come back: every grammar, and no way to be hurt by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.retry_after import LONGEST, SHORTEST, parse

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT
SENT = ("date", "Tue, 14 Nov 2023 22:00:00 GMT")
Headers = dict[str, str]


def exhausted(what: str, reset: str, remaining: str = "0") -> Headers:
    return {f"x-ratelimit-remaining-{what}": remaining, f"x-ratelimit-reset-{what}": reset}


def anthropic(what: str, reset: str, remaining: str = "0") -> Headers:
    prefix = f"anthropic-ratelimit-{what}"
    return {f"{prefix}-remaining": remaining, f"{prefix}-reset": reset}


HEADERS: list[tuple[Headers, float | None]] = [
    ({}, None),
    ({"retry-after-ms": "1500"}, 1.5),
    ({"retry-after-ms": "1500.125"}, 1.500125),
    ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
    ({"retry-after": "2"}, 2.0),
    ({"retry-after": " 2 "}, 2.0),
    ({"retry-after": "2.5"}, 2.5),
    ({"retry-after": "-2"}, None),
    ({"retry-after": "later"}, None),
    ({"retry-after": "1e3"}, None),
    ({"retry-after": "1000000000"}, None),
    ({"retry-after": "999999999"}, LONGEST),
    ({"retry-after": "0.001"}, SHORTEST),
    # IMF-fixdate, RFC 850, asctime; against the answer's own clock where it has one.
    ({"retry-after": "Tue, 14 Nov 2023 22:00:30 GMT", SENT[0]: SENT[1]}, 30.0),
    ({"retry-after": "Tuesday, 14-Nov-23 22:00:30 GMT", SENT[0]: SENT[1]}, 30.0),
    ({"retry-after": "Tue Nov 14 22:00:30 2023", SENT[0]: SENT[1]}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT", "date": "today"}, 30.0),
    ({"retry-after": "Tue, 14 Nov 2023 21:00:00 GMT", SENT[0]: SENT[1]}, None),
    ({"retry-after": "Tue, 14 Nov 2033 22:00:30 GMT"}, LONGEST),
    # Resets count only where nothing remains; the longest of them does.
    (exhausted("requests", "8.64s"), 8.64),
    (exhausted("requests", "6m0s"), 360.0),
    (exhausted("requests", "1h0m5s"), LONGEST),
    (exhausted("tokens", "17ms"), SHORTEST),
    (exhausted("tokens", "1s500ms"), 1.5),
    (exhausted("tokens", "7"), 7.0),
    (exhausted("tokens", "0"), None),
    (exhausted("tokens", "-1"), None),
    (exhausted("tokens", ""), None),
    (exhausted("tokens", "8s", remaining="12"), None),
    (exhausted("requests", "3s") | exhausted("tokens", "8s"), 8.0),
    (exhausted("requests", "3s") | exhausted("tokens", "8s", remaining="1"), 3.0),
    (anthropic("input-tokens", "2023-11-14T22:13:30Z"), 10.0),
    (anthropic("output-tokens", "2023-11-14T23:13:25+01:00"), 5.0),
    (anthropic("requests", "2023-11-14T22:13:00Z"), None),
    (anthropic("requests", "2023-11-14T22:13:30Z", remaining="1"), None),
    ({"retry-after": "2"} | exhausted("requests", "8s"), 2.0),
]


@pytest.mark.parametrize(("headers", "expected"), HEADERS)
def test_each_header_is_understood(headers: Headers, expected: float | None) -> None:
    """The first valid source wins; what is past, negative or garbage is as good as absent."""
    assert expected == pytest.approx(parse(headers, "", NOW))


BODIES = [
    ('{"error": {"details": [{"retryDelay": "34s"}]}}', 34.0),
    ('{"error": {"details": [{"retryDelay": "1.25s"}]}}', 1.25),
    ('{"error": {"details": [{"retryDelay" : "9999999s"}]}}', LONGEST),
    ("Rate limit reached. Please try again in 20s. Visit", 20.0),
    ("Please try again in 1.242s.", 1.242),
    ("please TRY AGAIN IN 328ms", 0.328),
    ("try again in 2m", 120.0),
    ("Please try again in 6m0s.", 360.0),
    ("Please try again in 7m54.336s.", 474.336),
    ("Please try again in 1h12m", LONGEST),
    ("try again in 5 months", None),
    ("try again in a while", None),
    ("", None),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_the_body_is_read_where_headers_say_nothing(body: str, expected: float | None) -> None:
    """google.rpc.RetryInfo, and the sentence that OpenAI and others write."""
    assert expected == pytest.approx(parse({}, body, NOW))


def test_headers_come_before_the_body() -> None:
    """The body is a sentence for people; the header is for us."""
    assert 3.0 == parse({"retry-after": "3"}, "try again in 20s", NOW)


NAMES = (
    *("retry-after-ms", "retry-after", "date"),
    *(name for what in ("requests", "tokens") for name in exhausted(what, "")),
    *(name for what in ("requests", "input-tokens") for name in anthropic(what, "")),
)
ODD = st.one_of(
    st.text(max_size=40),
    st.text("0123456789.-+:hmsTZ eE/", max_size=30),
    st.from_regex(r"[0-9]{1,400}(ms|s|m|h)?", fullmatch=True),
    st.datetimes().map(lambda at: at.isoformat()),
    st.from_regex(
        r"\w{3}, [0-9]{1,3} (Jan|Foo) [0-9]{1,6} [0-9]{1,3}:[0-9]{1,3}:[0-9]{1,3} "
        r"(GMT|[+-][0-9]{1,8}|X)",
        fullmatch=True,
    ),
    st.just("0"),
)


@given(st.dictionaries(st.sampled_from(NAMES), ODD), ODD, st.floats(0, 4e9))
def test_no_text_hurts(headers: Headers, tail: str, now: float) -> None:
    """Whatever the headers and the body hold, it answers None or a number within the bounds."""
    found = parse(headers, f'"retryDelay": "{tail}" try again in {tail}', now)

    assert found is None or SHORTEST <= found <= LONGEST
