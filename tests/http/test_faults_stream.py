"""What goes wrong after a stream has begun. Never a clean end on a cut answer."""

import pytest

from tests.support import golden
from tests.support.behaviours import (
    data_after_done,
    double_done,
    garbage_event,
    no_done,
    ok_stream,
    open_after_done,
    pings_only,
    raw_stream,
    reset_after,
    slow_first,
    stall_after,
)
from tests.support.catalogue import HASTY, provider, snapshot
from tests.support.faults import Break, each_break
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay
from tests.support.script import Behaviour

WIRE = golden.wire(golden.TEXT)
WHOLE = b"".join(WIRE)

#: The role chunk is not meaningful: after one event the answer has not begun, after three it has.
BEFORE, AFTER = 1, 3


@each_break
async def test_a_broken_stream_ends_in_an_error_event(broken: Break) -> None:
    """
    After the first words: what came before stands, then one error event, no `[DONE]`; the body
    itself ends in good order, and nobody is asked again.
    """
    async with scripted(broken.after_three) as one, scripted() as two:
        first = provider("one", one, timeouts=HASTY, models=["gpt-4o"])
        second = provider("two", two, models=["other"])
        async with running_relay(snapshot(first, second)) as relay:
            heard = await relay.ask(stream=True)

    assert (200, True, False) == (heard.status, heard.whole, heard.done)
    assert heard.body.startswith(b"".join(WIRE[:AFTER]))
    assert AFTER + 1 == len(heard.data)
    assert {"message", "type", "param", "code"} == set(heard.error)
    assert broken.code == heard.error["code"]
    assert (1, 0) == (len(one.requests), len(two.requests))


@each_break
async def test_a_break_before_the_first_words_is_invisible(broken: Break) -> None:
    """
    Before anything meaningful another target takes over: the caller sees one whole stream.
    """
    async with scripted(broken.after_one) as bad, scripted() as good:
        first = provider("bad", bad, timeouts=HASTY)
        async with running_relay(snapshot(first, provider("good", good))) as relay:
            heard = [await relay.ask(stream=True) for _ in range(2)]

    assert [WHOLE, WHOLE] == [answer.body for answer in heard]
    assert ["good", "good"] == [answer.header("x-relay-provider") for answer in heard]
    assert (broken.asked, 2) == (len(bad.requests), len(good.requests))


@each_break
async def test_a_break_before_the_first_words_of_a_sole_target_is_a_502(broken: Break) -> None:
    """
    With nowhere to go the caller gets a status, not a stream.
    """
    async with relay_of(broken.after_one, timeouts=HASTY) as (one, relay):
        heard = await relay.ask(stream=True)

    assert (502, "all_attempts_failed") == (heard.status, heard.error["code"])
    assert broken.asked == len(one.requests)


async def test_a_cut_at_any_byte_never_looks_complete() -> None:
    """
    Wherever the bytes stop before the finish, the caller is told, and sees only whole events.
    """
    said = b"".join(WIRE[:-2])  # without the finish and [DONE]
    async with relay_of() as (one, relay):
        for place in range(1, len(said), 23):
            one.play(raw_stream([said[:place]]))
            relay.clock.turn(60)  # breakers close again: it is one provider that fails each time
            heard = await relay.ask(stream=True)

            assert not heard.done
            assert heard.error["code"] in ("upstream_cut", "all_attempts_failed")
            passed = heard.data[:-1]
            assert list(golden.TEXT[: len(passed)]) == passed


@pytest.mark.parametrize(
    "behaviour",
    [
        no_done(),
        double_done(),
        data_after_done(),
        open_after_done(),
        stall_after(len(golden.TEXT)),
        reset_after(len(golden.TEXT)),
    ],
    ids=[
        "no [DONE]",
        "[DONE] twice",
        "data after [DONE]",
        "open after [DONE]",
        "open without [DONE]",
        "reset without [DONE]",
    ],
)
async def test_odd_endings_become_one_clean_end(behaviour: Behaviour) -> None:
    """
    After a finish there is exactly one `[DONE]`, nothing behind it, and the connection is not
    waited for.
    """
    async with relay_of(behaviour) as (one, relay):
        heard = await relay.ask(stream=True)
        await one.until(lambda p: p.requests[0].over.is_set() or p.open == 0)

    assert (WHOLE, True) == (heard.body, heard.whole)
    assert heard.ended_at - heard.at < 4.0


@pytest.mark.parametrize("place", [0, 1, 3, len(golden.TEXT)])
async def test_an_event_that_is_no_json_goes_on(place: int) -> None:
    """
    A pass-through stream does not end at an event it cannot read, wherever it comes.
    """
    async with relay_of(garbage_event(place)) as (_, relay):
        heard = await relay.ask(stream=True)

    expected = (*golden.TEXT[:place], b"%% not JSON %%", *golden.TEXT[place:])
    assert b"".join(golden.wire(expected)) == heard.body


async def test_a_slow_first_event_is_waited_for() -> None:
    """
    Slow to the first token is not an error while the wait allows it.
    """
    async with relay_of(slow_first(0.5)) as (one, relay):
        heard = await relay.ask(stream=True)

    assert (200, WHOLE) == (heard.status, heard.body)
    assert 1 == len(one.requests)


@pytest.mark.parametrize(
    "behaviour", [slow_first(30), pings_only()], ids=["too slow", "pings only"]
)
async def test_a_provider_without_a_first_event_is_left(behaviour: Behaviour) -> None:
    """
    Headers and comments are no answer: another target serves, and the first is let go.
    """
    async with scripted(behaviour) as slow, scripted(ok_stream()) as good:
        first = provider("slow", slow, timeouts=HASTY)
        async with running_relay(snapshot(first, provider("good", good))) as relay:
            heard = [await relay.ask(stream=True) for _ in range(2)]
            await slow.until(lambda p: p.open == 0)

    assert [WHOLE, WHOLE] == [answer.body for answer in heard]
    assert 1 == len(slow.requests)
    assert slow.last.gone_at is not None
