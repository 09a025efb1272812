"""Temporary keys of ai-relay: those it made are believed while they last, and nothing else is."""

import base64
import hashlib
import hmac

import pytest

from src.domain.errors import InvalidKey
from src.domain.legacy_tokens import LegacyTokens, is_legacy

SECRET = b"the-signing-secret-of-an-old-relay"
BELIEVES = LegacyTokens(SECRET)
#: 2026-01-01T00:00:00Z.
CREATED = 1_767_225_600

#: Made by Node's crypto as the original does: createHmac("sha256", secret).update(text).
#: A day; a second and a half, with fractions of milliseconds; 31 days.
DAY = (
    "sk-relay-temp-eyJleHAiOjE3NjczMTIwMDAwMDAsImNyZWF0ZWQiOjE3NjcyMjU2MDAwMDB9"
    ".219bb7e79868790654c24d131e36d26bf5a62d435740659d5eaeb3da6b70905d"
)
FRACTIONS = (
    "sk-relay-temp-eyJleHAiOjE3NjcyMjU2MDE1MDAuNSwiY3JlYXRlZCI6MTc2NzIyNTYwMDAwMC4yNX0"
    ".ff3b81711ba8bc4e2d13642cd7e77eadd68c7bdc2eb307c83461f17135ce96b9"
)
TOO_LONG = (
    "sk-relay-temp-eyJleHAiOjE3Njk5MDQwMDAwMDAsImNyZWF0ZWQiOjE3NjcyMjU2MDAwMDB9"
    ".65ab66d7374b48d469b1de4eb737bcabccf8dd1b69898adcfa2124a3133cd999"
)


def signed(text: str, secret: bytes = SECRET) -> str:
    """A token whose JSON is this text, signed as the original does."""
    body = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"sk-relay-temp-{body}.{hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("token", "lasts"), [(DAY, 86_400.0), (FRACTIONS, 1.5)], ids=["a day", "fractions"]
)
def test_one_that_the_original_made_is_believed_while_it_lasts(token: str, lasts: float) -> None:
    """
    To the moment it ends, and not a moment longer.
    """
    assert BELIEVES.client(token, CREATED + lasts - 0.001).startswith("ai-relay-")
    with pytest.raises(InvalidKey, match="expired"):
        BELIEVES.client(token, CREATED + lasts + 0.001)


def test_each_token_is_a_client_of_its_own() -> None:
    """
    The same token has the same name, another one another, and the name holds nothing of it.
    """
    other = signed(f'{{"exp":{CREATED}001,"created":{CREATED}000}}')
    name = BELIEVES.client(DAY, CREATED)

    assert name == BELIEVES.client(DAY, CREATED + 5)
    assert name != BELIEVES.client(other, CREATED)
    assert name.removeprefix("ai-relay-") not in DAY


def test_without_being_asked_for_none_is_believed() -> None:
    """
    The holder is told what it is, and what to ask for.
    """
    with pytest.raises(InvalidKey, match="Temporary keys of ai-relay are not accepted here"):
        LegacyTokens().client(DAY, CREATED)


def test_one_that_lasts_longer_than_the_original_offered_is_not_believed() -> None:
    """
    What has no end in sight cannot be called back: 30 days at most, said in the refusal.
    """
    with pytest.raises(InvalidKey, match="30 days"):
        BELIEVES.client(TOO_LONG, CREATED)


#: The secret that stands in the original's public source is a secret like any other one here.
WRONG = {
    "another secret": signed(f'{{"exp":{CREATED}001,"created":{CREATED}000}}', b"another"),
    "no secret": signed(f'{{"exp":{CREATED}001,"created":{CREATED}000}}', b""),
    "the signature in capitals": DAY[:-64] + DAY[-64:].upper(),
    "a shorter signature": DAY[:-1],
    "a longer signature": DAY + "0",
    "no signature": DAY[:-65],
    "an empty signature": DAY[:-64],
    "another end": signed(f'{{"exp":{CREATED}999,"created":{CREATED}000}}')[:-65] + DAY[-65:],
    "nothing in it": "sk-relay-temp-",
    "dots": "sk-relay-temp-..",
    "two signatures": DAY + DAY[-65:],
    "padding": DAY.replace(".", "=."),
    "not ASCII": DAY.replace(".", "é."),
    "not ASCII in the signature": DAY[:-1] + "é",
    "endless": DAY + "0" * 10_000,
    "made tomorrow": signed(f'{{"exp":{CREATED + 90000}000,"created":{CREATED + 86400}000}}'),
    "no JSON": signed("exp"),
    "no object": signed("[1,2]"),
    "no end": signed(f'{{"created":{CREATED}000}}'),
    "no beginning": signed(f'{{"exp":{CREATED}001}}'),
    "an end that is text": signed(f'{{"exp":"{CREATED}001","created":{CREATED}000}}'),
    "an end that is null": signed(f'{{"exp":null,"created":{CREATED}000}}'),
    "an end without an end": signed(f'{{"exp":1e999,"created":{CREATED}000}}'),
    "not UTF-8": signed("x").replace("eA", "_w"),
}


@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_anything_else_is_not_believed(token: str) -> None:
    """
    Whatever is wrong with it, the answer is that it is not valid here, and nothing of it.
    """
    with pytest.raises(InvalidKey, match=r"^This temporary key is not valid here\.$"):
        BELIEVES.client(token, CREATED)


def test_what_looks_like_one() -> None:
    """
    By its beginning alone; client keys of this relay begin otherwise.
    """
    assert is_legacy(DAY)
    assert not is_legacy("sk-relay-temporary")
