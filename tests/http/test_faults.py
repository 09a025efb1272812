"""What goes wrong before an answer begins: what the caller saw, and what the provider saw."""

import pytest

from tests.support import golden
from tests.support.behaviours import (
    error_200,
    ok_chat,
    redirect,
    refused,
    silent,
)
from tests.support.catalogue import HASTY, provider, snapshot
from tests.support.faults import Fault, each_fault
from tests.support.provider import nobody_listens, scripted
from tests.support.relay import relay_of, running_relay
from tests.support.script import Behaviour, in_turn

SECRET = "sk-provider-secret-never-to-be-shown"


both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@both_ways
@each_fault
async def test_a_sole_target_that_fails_is_a_502(fault: Fault, stream: bool) -> None:
    """
    The caller gets 502 that names the attempt and its reason, and no secret; the provider was
    asked twice at most.
    """
    async with scripted(fault.behaviour) as one:
        pool = provider("one", one, keys=[SECRET], timeouts=HASTY)
        async with running_relay(snapshot(pool)) as relay:
            heard = await relay.ask(stream=stream)

    assert (502, "all_attempts_failed") == (heard.status, heard.error["code"])
    assert f"one/gpt-4o key one-1: {fault.reason}" in heard.error["message"]
    assert SECRET not in heard.body.decode() + str(heard.headers)
    assert str(fault.asked) == heard.header("x-relay-attempts")
    assert [SECRET] * fault.asked == one.keys


@both_ways
@each_fault
async def test_another_provider_serves_and_the_caller_sees_nothing(
    fault: Fault, stream: bool
) -> None:
    """
    With a second provider of the model the answer is its own, whole, and no byte is the first's.
    """
    async with scripted(fault.behaviour) as bad, scripted() as good:
        first = provider("bad", bad, timeouts=HASTY)
        second = provider("good", good, keys=["sk-good"])
        async with running_relay(snapshot(first, second)) as relay:
            # Models that two providers declare take turns: one of two meets the bad one first.
            heard = [await relay.ask(stream=stream) for _ in range(2)]

    assert [200, 200] == [answer.status for answer in heard]
    assert ["good", "good"] == [answer.header("x-relay-provider") for answer in heard]
    expected = b"".join(golden.wire(golden.TEXT)) if stream else golden.dump(golden.TEXT_ANSWER)
    assert [expected, expected] == [answer.body for answer in heard]
    assert fault.asked == len(bad.requests)
    assert 2 == len(good.requests)
    failed = [answer.header("x-relay-failed") for answer in heard]
    assert any(fault.reason in (text or "") for text in failed)


@both_ways
async def test_an_error_with_status_200_is_an_error(stream: bool) -> None:
    """
    A 200 whose body is an error never reaches the caller as an answer.
    """
    async with relay_of(error_200()) as (one, relay):
        heard = await relay.ask(stream=stream)

    assert (502, "all_attempts_failed") == (heard.status, heard.error["code"])
    assert len(one.requests) in (1, 2)


@both_ways
async def test_nobody_listens(stream: bool) -> None:
    """
    A refused connection is a 502 that says so, and moves on where there is another target.
    """
    async with scripted() as good:
        dead = provider("dead", nobody_listens(), models=["gpt-4o", "dead-only"])
        async with running_relay(snapshot(dead, provider("good", good))) as relay:
            sole = await relay.ask("dead-only", stream=stream)
            both = [await relay.ask(stream=stream) for _ in range(2)]

    assert (502, "all_attempts_failed") == (sole.status, sole.error["code"])
    assert "unreachable" in sole.error["message"]
    assert [200, 200] == [answer.status for answer in both]


async def test_a_redirect_is_never_followed() -> None:
    """
    The address a provider redirects to hears nothing, whoever it is.
    """
    async with scripted() as elsewhere:
        location = f"{elsewhere.base_url}/chat/completions"
        async with relay_of(redirect(location)) as (_, relay):
            heard = await relay.ask()

    assert 502 == heard.status
    assert [] == elsewhere.requests


@both_ways
@pytest.mark.parametrize("code", [400, 413, 422])
async def test_the_providers_judgement_goes_to_the_caller(code: int, stream: bool) -> None:
    """
    What the provider says of the request itself is the answer, word for word, and nobody else is
    asked.
    """
    behaviour = refused(code)
    async with (
        scripted(behaviour) as one,
        scripted(behaviour) as two,
        running_relay(snapshot(provider("one", one), provider("two", two))) as relay,
    ):
        heard = await relay.ask(stream=stream)

    said = golden.error(f"The provider says {code}.", type="invalid_request_error")
    assert (code, said) == (heard.status, heard.body)
    assert 1 == len(one.requests) + len(two.requests)


@pytest.mark.parametrize(
    "behaviour",
    [refused(404, name="model_not_found"), refused(400, name="context_length_exceeded")],
    ids=["model unknown", "context too long"],
)
async def test_what_another_model_may_do_better_moves_on(behaviour: Behaviour) -> None:
    """
    An unknown model or a context too long goes to another target, and to the caller if there is
    none.
    """
    async with scripted(behaviour) as one, scripted() as two:
        first = provider("one", one, models=["gpt-4o", "only-one"])
        async with running_relay(snapshot(first, provider("two", two))) as relay:
            sole = await relay.ask("only-one")
            both = [await relay.ask() for _ in range(2)]

    assert sole.status in (400, 404)
    assert sole.status == (404 if "404" in sole.error["message"] else 400)
    assert ["two", "two"] == [answer.header("x-relay-provider") for answer in both]


async def test_the_callers_own_deadline_is_kept() -> None:
    """
    `x-relay-timeout-ms` bounds the request: 504 in time, and the provider is let go.
    """
    async with relay_of(silent()) as (one, relay):
        heard = await relay.ask(headers=[("x-relay-timeout-ms", "300")])
        await one.until(lambda p: p.open == 0)

    assert (504, "deadline_exceeded") == (heard.status, heard.error["code"])
    assert one.last.gone_at is not None
    assert one.last.gone_at - one.last.at < 1.0


async def test_a_server_error_once_is_repeated_on_the_spot() -> None:
    """
    One 5xx is mended by the one repeat, with the same key where there is only one.
    """
    async with relay_of(in_turn(refused(503), ok_chat())) as (_, relay):
        heard = await relay.ask()

    assert (200, "2") == (heard.status, heard.header("x-relay-attempts"))
