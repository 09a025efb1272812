"""Temporary keys of ai-relay, before a running relay."""

import base64
import hashlib
import hmac
import json
import time

import pytest

from tests.support.caller import asking, request
from tests.support.catalogue import provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import Relay, running_relay

SECRET = "the-signing-secret-of-an-old-relay"


def token(*, lasts: float, secret: str = SECRET) -> str:
    """One made now, as the original makes them."""
    created = int(time.time() * 1000)
    claims = json.dumps({"exp": created + lasts * 1000, "created": created}).encode()
    body = base64.urlsafe_b64encode(claims).decode().rstrip("=")
    mac = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return f"sk-relay-temp-{body}.{mac}"


async def ask(relay: Relay, key: str) -> tuple[int, str]:
    """Status, and what the error says."""
    heard = await relay.ask(key=key)
    return heard.status, "" if heard.status == 200 else heard.error["message"]


async def test_they_are_honoured_where_they_are_wanted() -> None:
    """
    For chats and for the list of models, until they expire; each holder with books of its own.
    """
    key, other = token(lasts=60), token(lasts=61)
    async with (
        scripted() as one,
        running_relay(
            snapshot(provider("one", one)), signing_secret=SECRET, legacy_tokens=True
        ) as relay,
    ):
        heard = await relay.ask(key=key)
        receipt = f"/v1/receipts/{heard.header('x-request-id')}"
        own = await relay.send(request(receipt, method="GET", key=key))
        others = await relay.send(request(receipt, method="GET", key=other))
        models = await relay.send(request("/v1/models", method="GET", key=key))
        relay.clock.turn(60)
        over = await ask(relay, key)

    assert (200, 200, 404, 200) == (heard.status, own.status, others.status, models.status)
    assert (401, "This temporary key has expired: ask for another.") == over
    assert relay.notes.receipts[0].client.startswith("ai-relay-")
    assert key not in str(one.last.headers)


@pytest.mark.parametrize(
    ("wanted", "secret", "signed_with"),
    [
        (False, SECRET, SECRET),
        (True, None, SECRET),
        (True, None, ""),
        (True, SECRET, "another-secret-altogether"),
    ],
    ids=["not wanted", "no secret", "signed with nothing", "signed with another secret"],
)
async def test_else_they_are_refused(wanted: bool, secret: str | None, signed_with: str) -> None:
    """
    401, in the caller's dialect, and the provider hears nothing.
    """
    key = token(lasts=60, secret=signed_with)
    async with (
        scripted() as one,
        running_relay(
            snapshot(provider("one", one)), signing_secret=secret, legacy_tokens=wanted
        ) as relay,
    ):
        status, message = await ask(relay, key)
        said = request(
            "/v1/messages", asking(), headers=[("x-api-key", key), ("anthropic-version", "1")]
        )
        anthropics = await relay.send(said)

    assert 401 == status
    assert "emporary key" in message
    assert (401, "authentication_error") == (anthropics.status, anthropics.error["type"])
    assert [] == one.requests
