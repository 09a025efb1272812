"""POST /v1/messages/count_tokens: a provider's count, or an estimate that says so.

https://platform.claude.com/docs/en/api/messages-count-tokens
"""

import json

import pytest

from src.domain.catalogue import VirtualModel
from tests.support import golden, messages, messaging
from tests.support.behaviours import chat, hang_up, html, status
from tests.support.caller import Heard
from tests.support.catalogue import provider, snapshot, target
from tests.support.messaging import COUNTED, MODEL, in_anthropics_shape
from tests.support.provider import scripted
from tests.support.relay import Relay, running_relay
from tests.support.script import Behaviour

PATH = "/v1/messages/count_tokens"
BODY = messages.dump({"model": MODEL, "messages": [{"role": "user", "content": "word " * 400}]})
OPENAI = {"dialect": "openai_chat", "header_style": "bearer"}


async def count(relay: Relay, body: bytes = BODY) -> Heard:
    return await relay.send(messaging.post(body, PATH))


def estimated(heard: Heard) -> bool:
    """An estimate, marked as one, of about the right size."""
    marked = heard.header("x-relay-estimated") == "true"
    return heard.status == 200 and marked and 300 < heard.json["input_tokens"] < 800


async def test_the_providers_count() -> None:
    """
    The body byte by byte, without `max_tokens`; the answer as it came, and nothing used.
    """
    async with messaging.before() as (one, relay):
        heard = await count(relay)
        receipt = await relay.finished()

    assert (200, {"input_tokens": COUNTED}) == (heard.status, heard.json)
    assert (PATH, BODY) == (one.last.path, one.last.body)
    assert None is heard.header("x-relay-estimated")
    assert receipt.usage is not None
    assert (0, 0) == (receipt.usage.input_tokens, receipt.usage.output_tokens)


async def test_a_provider_of_another_dialect_is_not_asked() -> None:
    """
    OpenAI's chat has no such thing: an estimate, without a call.
    """
    async with messaging.before(chat(), **OPENAI) as (one, relay):
        heard = await count(relay)

    assert estimated(heard)
    assert [] == one.requests


@pytest.mark.parametrize(
    "behaviour",
    [
        messaging.refused(404, "not_found_error"),
        status(404, b"404 page not found", (("Content-Type", "text/plain"),)),
        messaging.refused(529, "overloaded_error"),
        messaging.refused(429, "rate_limit_error", (("retry-after", "9"),)),
        hang_up(),
        html(),
        status(200, b'{"count": 7}'),
        status(200, b'{"input_tokens": true}'),
        status(200, b'{"input_tokens": -1}'),
    ],
    ids=["404", "page", "overloaded", "limited", "hangs-up", "html", "other", "true", "negative"],
)
async def test_a_provider_that_does_not_count(behaviour: Behaviour) -> None:
    """
    An imitator without the endpoint, or one that is away: an estimate rather than an error.
    """
    async with messaging.before(behaviour) as (one, relay):
        heard = await count(relay)

    assert estimated(heard)
    assert one.requests


async def test_what_the_provider_refuses_is_refused() -> None:
    """
    A count of what can never be sent helps nobody.
    """
    async with messaging.before(messaging.refused(400, "invalid_request_error")) as (_, relay):
        heard = await count(relay)

    assert (400, messaging.error("invalid_request_error")) == (heard.status, heard.body)


async def test_the_first_target_that_counts_is_asked() -> None:
    """
    Of a chain of both dialects, the one of Anthropic's.
    """
    async with scripted() as one, scripted(messaging.speaks()) as two:
        chain = VirtualModel("chain", targets=(target("one/gpt-4o"), target(f"two/{MODEL}")))
        second = provider("two", two, models=(MODEL,), dialect="anthropic_messages")
        configured = snapshot(provider("one", one), second, virtual_models=(chain,))
        async with running_relay(configured) as relay:
            heard = await count(relay, BODY.replace(MODEL.encode(), b"chain"))

    assert {"input_tokens": COUNTED} == heard.json
    assert ([], MODEL) == (one.requests, json.loads(two.last.body)["model"])


async def test_counting_needs_what_a_message_needs() -> None:
    """
    A model that leads somewhere, and messages; not `max_tokens`.
    """
    async with messaging.before() as (one, relay):
        unknown = await count(relay, BODY.replace(MODEL.encode(), b"nope"))
        empty = await count(relay, messages.dump({"model": MODEL, "messages": []}))

    assert (404, "not_found_error") == in_anthropics_shape(unknown)[:2]
    assert (400, "invalid_request_error") == in_anthropics_shape(empty)[:2]
    assert [] == one.requests


async def test_a_count_is_no_stream() -> None:
    """
    Whatever else the body says: the provider counts, and judges.
    """
    async with messaging.before() as (_, relay):
        heard = await count(relay, messages.dump(json.loads(BODY) | {"stream": True}))

    assert (200, {"input_tokens": COUNTED}) == (heard.status, heard.json)
    assert None is heard.header("x-relay-estimated")


@pytest.mark.parametrize(
    "fails",
    [messaging.refused(404, "not_found_error"), messaging.refused(500, "api_error"), html()],
    ids=["404", "500", "html"],
)
async def test_failures_to_count_do_not_close_the_way_to_messages(fails: Behaviour) -> None:
    """
    A provider that cannot count is asked for messages as before.
    """
    async with messaging.before(fails) as (one, relay):
        for _ in range(8):
            await count(relay)
        one.play(messaging.speaks())
        heard = await messaging.ask(relay)

    assert 200 == heard.status
    assert golden.dump(messages.ANSWER) == heard.body
