"""Errors as each SDK raises them, and the retries it makes by itself."""

import pytest

from tests.support.behaviours import (
    chat,
    cut_after,
    error_event_after,
    rate_limited,
    refused,
    silent,
    stall_after,
)
from tests.support.catalogue import HASTY
from tests.support.golden import Json
from tests.support.node import run
from tests.support.relay import relay_of
from tests.support.script import Behaviour, in_turn
from tests.support.sdk import HELLO

from .page import ability, raises


def told(errors: list[Json]) -> tuple[Json, ...]:
    """What both errors say, that of a whole answer and that of a stream; both have our id."""
    (first, *others) = [(e["kind"], e["status"], e["code"], e["param"]) for e in errors]
    assert [32, 32] == [len(error["requestId"]) for error in errors]
    assert [first] == others
    return first


@raises("401, a wrong key", "openai", "vercel")
async def test_a_wrong_key(sdk: str, kind: str) -> None:
    """
    A key that is not ours is 401 `invalid_key`.
    """
    async with relay_of() as (_, relay):
        errors = await run(relay, sdk, "errors", key="sk-relay-of-another")

    assert (kind, 401, "invalid_key", None) == told(errors)


@raises("404, an unknown model", "openai", "vercel")
async def test_an_unknown_model(sdk: str, kind: str) -> None:
    """
    A model that nobody has is 404 `model_not_found`.
    """
    async with relay_of() as (_, relay):
        errors = await run(relay, sdk, "errors", model="gpt-4p")

    assert (kind, 404, "model_not_found", "model") == told(errors)


@raises("400, a bad request", "openai", "vercel")
async def test_a_bad_request(sdk: str, kind: str) -> None:
    """
    What the relay cannot read is 400, and `param` names the field.
    """
    async with relay_of() as (_, relay):
        errors = await run(relay, sdk, "errors", model="")

    assert (kind, 400, "invalid_request", "model") == told(errors)


@raises("400 from the provider", "openai", "vercel")
async def test_what_the_provider_refuses(sdk: str, kind: str) -> None:
    """
    What the provider refuses comes through as its own refusal, with its own code.
    """
    async with relay_of(refused(400, name="context_length_exceeded")) as (_, relay):
        errors = await run(relay, sdk, "errors")

    assert (kind, 400, "context_length_exceeded", None) == told(errors)


@raises("429, every key rests", "openai", "vercel")
async def test_every_key_rests(sdk: str, kind: str) -> None:
    """
    Without retries the SDK raises its error, and the header says when to come back.
    """
    async with relay_of(rate_limited(30)) as (_, relay):
        errors = await run(relay, sdk, "errors")

    assert (kind, 429, "rate_limited", None) == told(errors)
    assert {"29", "30"} >= {error["retryAfter"] for error in errors}


@pytest.mark.parametrize("case", ["whole", "streamed"])
@ability("Retries after `Retry-After`", "openai", "vercel")
async def test_retries_after_retry_after(sdk: str, case: str) -> None:
    """
    With retries the SDK waits as long as our 429 says, no less, and then is served.
    """
    # Longer than it would wait by itself: half a second, and two.
    seconds = {"openai": 1, "vercel": 3}[sdk]
    async with relay_of(in_turn(rate_limited(seconds), chat())) as (_, relay):
        said = await run(relay, sdk, case, retries=2)
        await relay.finished(2)
        statuses = [receipt.status for receipt in relay.notes.receipts]

    assert HELLO == said["text"]
    assert [429, 200] == statuses


@raises("502, every attempt failed", "openai", "vercel")
async def test_every_attempt_failed(sdk: str, kind: str) -> None:
    """
    When nobody could serve, 502 comes, as an error even where a stream was asked for.
    """
    async with relay_of(refused(500)) as (_, relay):
        errors = await run(relay, sdk, "errors")

    assert (kind, 502, "all_attempts_failed", None) == told(errors)


@raises("504, `x-relay-timeout-ms`", "openai", "vercel")
async def test_a_deadline_by_header(sdk: str, kind: str) -> None:
    """
    The time that the caller allows by header ends in 504.
    """
    async with relay_of(silent()) as (_, relay):
        hurry = {"x-relay-timeout-ms": "300"}
        errors = await run(relay, sdk, "errors", headers=hurry)

    assert (kind, 504, "deadline_exceeded", None) == told(errors)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (cut_after(3), "upstream_cut"),
        (stall_after(3), "upstream_stalled"),
        (error_event_after(3), "upstream_error"),
    ],
    ids=["cut", "stalled", "error event"],
)
@raises("A broken stream", "openai", "vercel")
async def test_a_broken_stream(sdk: str, kind: str, behaviour: Behaviour, code: str) -> None:
    """
    The words that came are there, then the SDK raises: a cut never looks complete.
    """
    async with relay_of(behaviour, timeouts=HASTY) as (_, relay):
        said = await run(relay, sdk, "broken")

    assert "Grüße 你好" == said["text"]
    assert (kind, code) == (said["error"]["kind"], said["error"]["code"])


@raises("The SDK's own timeout", "openai", "vercel")
async def test_the_sdks_own_timeout(sdk: str, kind: str) -> None:
    """
    A caller that runs out of patience raises, and the provider is let go at once.
    """
    async with relay_of(silent()) as (one, relay):
        errors = await run(relay, sdk, "errors", timeout=1000)
        await relay.finished(2)
        endings = [(receipt.ending, receipt.status) for receipt in relay.notes.receipts]

    assert [kind, kind] == [error["kind"] for error in errors]
    assert [("client_gone", 499)] * 2 == endings
    assert None not in [seen.gone_at for seen in one.requests]
