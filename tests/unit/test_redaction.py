"""Secrets are taken out of whatever others wrote."""

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from src.domain.redaction import scrub, scrub_bytes

CALM = settings(deadline=None, database=None)
SECRETS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40
).filter(lambda secret: secret not in "[removed][removed]")
AROUND = st.text(max_size=30)


@CALM
@given(st.lists(SECRETS, min_size=1, max_size=4), st.lists(AROUND, min_size=5, max_size=5))
def test_no_known_secret_gets_through(secrets: list[str], around: list[str]) -> None:
    """Wherever they stand in a text, one after the other or side by side."""
    assume(not any(secret in text for secret in secrets for text in around))
    text = around[0] + "".join(s + a for s, a in zip(secrets, around[1:], strict=False))

    found = scrub(text, secrets)

    assert [] == [secret for secret in secrets if secret in found.replace("[removed]", "\0")]


@CALM
@given(SECRETS, st.binary(max_size=20), st.binary(max_size=20))
def test_no_known_secret_gets_through_in_bytes(secret: str, before: bytes, after: bytes) -> None:
    """Also between bytes that are no text."""
    found = scrub_bytes(before + b" " + secret.encode() + b" " + after, [secret])

    assert secret.encode() not in found.replace(b"[removed]", b"\0")


@pytest.mark.parametrize("slash", ["/", "\\/"])
def test_a_secret_with_slashes_is_found_in_json(slash: str) -> None:
    """Some providers' languages write `\\/` in JSON."""
    body = json.dumps({"message": "bad key ab/cd/ef+gh"}).replace("/", slash)

    assert '{"message": "bad key [removed]"}' == scrub(body, ["ab/cd/ef+gh"])


def test_no_tail_of_a_longer_secret_stays() -> None:
    """A secret that begins with another one is taken out first, in whatever order they come."""
    for secrets in (["abcdef", "abcdefgh"], ["abcdefgh", "abcdef"]):
        assert "[removed] [removed]" == scrub("abcdefgh abcdef", secrets)


LOOKS_SECRET = [
    "sk-abcdef123456",
    "sk-proj-AbC_123-xyz",
    "sk-ant-api03-abcdefgh",
    "sk-rt1.k1.eyJhIjoxfQ.c2ln",
    "AIzaSyA-1234567890abcdef",
    "gsk_abcdefghij1234",
    "xai-abcdefghij1234",
    "Bearer abcdefgh12345678",
    "bearer abc.def/ghi+jkl=",
]


@pytest.mark.parametrize("secret", LOOKS_SECRET)
def test_what_looks_like_a_key_is_taken_out(secret: str) -> None:
    """Unknown keys too: a client's, or one of another deployment."""
    assert "before [removed] after" == scrub(f"before {secret} after")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://x.example/v1?key=abc&a=1", "https://x.example/v1?[removed]&a=1"),
        ("https://x.example/v1?a=1&access_token=abc", "https://x.example/v1?a=1&[removed]"),
        ("see https://hooks.slack.com/services/T0/B0/xyz now", "see [removed] now"),
    ],
)
def test_secrets_in_addresses_are_taken_out(text: str, expected: str) -> None:
    """The parameter goes, the rest of the address stays."""
    assert expected == scrub(text)


PLAIN = ["", "gpt-4o is not known", "task-force", "risk-averse", "disk-usage-report", "a key=b"]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_stay(text: str) -> None:
    """Nothing is taken out that only resembles a key from afar."""
    assert text == scrub(text, ["x", "key"])


def test_bytes_without_a_secret_are_the_very_same() -> None:
    """Not re-encoded: bad UTF-8 stays as it came."""
    assert b"\xff ok \xfe" == scrub_bytes(b"\xff ok \xfe", ["secret-secret"])
