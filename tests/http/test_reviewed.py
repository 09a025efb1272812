"""What reviewers found once: each of these was wrong."""

import json

import openai
import pytest

from tests.support import golden
from tests.support.behaviours import begun, ended, frame, ok_stream, rate_limited, status
from tests.support.caller import request
from tests.support.catalogue import CLIENT_KEY, provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay
from tests.support.script import Behaviour, Send, in_turn

#: Errors that are neither `{"error": ...}` nor `event: error`.
ODD_ERRORS = {
    "object": {"object": "error", "message": "boom", "code": 500},
    "detail": {"detail": "boom"},
    "in the choice": {
        "choices": [
            {"index": 0, "delta": {}, "error": {"message": "boom"}, "finish_reason": "error"}
        ]
    },
    "finish reason": {"choices": [{"index": 0, "delta": {}, "finish_reason": "error"}]},
}


def broken(place: int, error: object) -> Behaviour:
    """So many good events, an error of an odd shape, and [DONE] all the same."""
    event = golden.event(json.dumps(error).encode())
    return (*begun(place), Send(frame(event)), Send(frame(golden.event(golden.DONE))), ended())


@pytest.mark.parametrize("error", ODD_ERRORS.values(), ids=ODD_ERRORS)
async def test_an_error_of_any_shape_ends_the_stream_with_an_error(error: object) -> None:
    """
    After the first words it becomes our error event, and no `[DONE]` follows.
    """
    async with relay_of(broken(3, error)) as (_, relay):
        heard = await relay.ask(stream=True)

    assert not heard.done
    assert "upstream_error" == heard.error["code"]


@pytest.mark.parametrize("error", ODD_ERRORS.values(), ids=ODD_ERRORS)
async def test_an_error_of_any_shape_before_the_first_words_moves_on(error: object) -> None:
    """
    Another provider serves, and the caller sees nothing of it.
    """
    async with scripted(broken(1, error)) as bad, scripted(ok_stream()) as good:
        pools = snapshot(provider("bad", bad), provider("good", good))
        async with running_relay(pools) as relay:
            heard = await relay.ask(stream=True)

    assert heard.done
    assert "good" == heard.header("x-relay-provider")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"detail": [{"loc": ["body"], "msg": "bad"}]}, "bad"),
        ({"object": "error", "message": "too hot"}, "too hot"),
        ({"message": "too hot"}, "too hot"),
        ({"error": "too hot"}, "too hot"),
        (b"temperature must be below 2", "below 2"),
    ],
)
async def test_why_a_provider_refuses_reaches_the_caller(body: object, said: str) -> None:
    """
    A 422 in whatever shape: its words come through, in OpenAI's shape.
    """
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with relay_of(status(422, raw)) as (_, relay):
        heard = await relay.ask()

    assert 422 == heard.status
    assert said in heard.error["message"]


async def test_a_second_choice_that_was_begun_must_be_finished() -> None:
    """
    Two choices, though the caller did not ask for two: one finish is not the end.
    """
    events = [golden.piece({"content": "a"}), golden.piece({"content": "b"}, index=1)]
    events.append(golden.piece({}, finish="stop"))
    async with relay_of((*begun(3, events), ended())) as (_, relay):
        heard = await relay.ask(stream=True)

    assert not heard.done
    assert "upstream_cut" == heard.error["code"]


async def test_the_providers_word_counts_after_a_refused_key() -> None:
    """
    A key that was refused on the way does not turn a 400 into a 502.
    """
    error = golden.error("x", type="invalid_request_error", code="context_length_exceeded")
    in_two = in_turn(rate_limited(30), status(400, error))
    async with relay_of(in_two, keys=["k-one", "k-two"]) as (_, relay):
        heard = await relay.ask()

    assert 400 == heard.status
    assert "context_length_exceeded" == heard.error["code"]


@pytest.mark.parametrize("length", [21_000_000, 30_000_000])
async def test_the_sdk_hears_that_a_body_is_too_large(length: int) -> None:
    """
    The answer is 413 also for a client that sends its whole body first.
    """
    async with (
        relay_of(ok_stream()) as (_, relay),
        openai.AsyncOpenAI(
            base_url=f"{relay.base_url}/v1", api_key=CLIENT_KEY, max_retries=0
        ) as client,
    ):
        with pytest.raises(openai.APIStatusError) as raised:
            await client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": "x" * length}]
            )

    assert 413 == raised.value.status_code


async def test_an_offer_to_upgrade_is_ignored() -> None:
    """
    The request is served, body and all.
    """
    asked = [("Upgrade", "h2c"), ("Connection", "Upgrade")]
    body = b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "stream": true}'
    async with relay_of(ok_stream()) as (_, relay):
        heard = await relay.send(request(body=body, key=CLIENT_KEY, headers=asked))

    assert 200 == heard.status
    assert heard.done


@pytest.mark.parametrize("host", [b"a..b", b".", b"x" * 64, b"a b", b"[::1"])
async def test_a_host_that_is_none_is_refused(host: bytes) -> None:
    """
    400 on every path, health too; never a 500.
    """
    async with relay_of(ok_stream()) as (_, relay):
        statuses = [
            (await relay.send(request(path, method="GET").replace(b"relay.test", host))).status
            for path in ("/", "/health", "/v1/models")
        ]

    assert [400, 400, 400] == statuses


async def test_a_stream_labelled_as_json_is_a_stream() -> None:
    """
    By its first bytes, not by its label.
    """
    body = b"".join(golden.wire(golden.TEXT))
    async with relay_of(status(200, body, [("Content-Type", "application/json")])) as (_, relay):
        heard = await relay.ask(stream=True)

    assert body == heard.body
    assert "text/event-stream; charset=utf-8" == heard.header("content-type")


async def test_an_error_labelled_as_a_stream_is_an_error() -> None:
    """
    A rate limit in a 200 that calls itself a stream rests the key, and another provider serves.
    """
    error = golden.error("slow down", type="rate_limit_error", code="rate_limit_exceeded")
    limited = status(200, error, [("Content-Type", "text/event-stream")])
    async with scripted(limited) as bad, scripted(ok_stream()) as good:
        pools = snapshot(provider("bad", bad), provider("good", good))
        async with running_relay(pools) as relay:
            heard = await relay.ask(stream=True)

    assert heard.done
    assert "bad/gpt-4o;key=bad-1;rate_limited" == heard.header("x-relay-failed")
