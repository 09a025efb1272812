"""A stream that begins late: the caller hears 200 and comments, and failover is still possible."""

from attrs import evolve

from tests.support import golden
from tests.support.behaviours import begun, ok_stream, rate_limited, silent, slow_first
from tests.support.caller import Heard
from tests.support.catalogue import CALM, HASTY, provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import running_relay
from tests.support.script import Behaviour, Hang, Wait

WHOLE = b"".join(golden.wire(golden.TEXT))
BEAT = 0.15
#: Out of time after a few beats.
PATIENT = evolve(HASTY, headers=1.0, first_event=1.0, idle=1.0)


def events_of(heard: Heard) -> bytes:
    """The stream without its comments."""
    lines = heard.body.split(b"\n\n")
    return b"\n\n".join(line for line in lines if not line.startswith(b":"))


def comments_of(heard: Heard) -> int:
    return sum(line.startswith(b":") for line in heard.body.splitlines())


async def heard_slowly(*behaviours: Behaviour, count: int = 1) -> list[Heard]:
    """Answers of a relay with short beats, over a provider for each of the behaviours."""
    async with scripted(behaviours[0]) as one, scripted(behaviours[-1]) as two:
        pools = [provider("one", one, timeouts=PATIENT)]
        pools += [provider("two", two, timeouts=PATIENT)] * (len(behaviours) > 1)
        async with running_relay(snapshot(*pools), beat=BEAT) as relay:
            return [await relay.ask(stream=True) for _ in range(count)]


async def test_a_late_answer_is_announced_by_comments() -> None:
    """
    While the first event is awaited, 200 and comments go out; then the whole stream.
    """
    heard = (await heard_slowly(slow_first(BEAT * 3)))[0]

    assert (200, WHOLE, True) == (heard.status, events_of(heard), heard.whole)
    assert comments_of(heard) >= 1
    assert heard.pieces[0][0] < heard.ended_at - BEAT


async def test_after_comments_another_target_may_still_serve() -> None:
    """
    A target that stays silent after 200 has gone out is left for another, unseen.
    """
    heard = await heard_slowly(silent(), ok_stream(), count=2)

    assert [WHOLE, WHOLE] == [events_of(answer) for answer in heard]
    assert 1 <= sum(map(comments_of, heard))


async def test_after_comments_a_failure_is_an_error_event() -> None:
    """
    When nobody serves after 200 has gone out, the stream ends in one error event, no `[DONE]`.
    """
    heard = (await heard_slowly((Wait(BEAT * 2), *rate_limited(30))))[0]
    silence = (await heard_slowly(silent()))[0]

    for answer, code in ((heard, "rate_limited"), (silence, "all_attempts_failed")):
        assert (200, True, False) == (answer.status, answer.whole, answer.done)
        assert (1, code) == (len(answer.data), answer.error["code"])


async def test_comments_fill_a_pause_of_the_provider() -> None:
    """
    In a stream that has begun and pauses, comments keep the connection alive between events.
    """
    pause = (*begun(3), Wait(BEAT * 3), *ok_stream()[4:])
    heard = (await heard_slowly(pause))[0]
    stalled = (await heard_slowly((*begun(3), Hang())))[0]

    assert (WHOLE, True) == (events_of(heard), heard.done)
    assert comments_of(heard) >= 1
    assert comments_of(stalled) >= 2
    assert "upstream_stalled" == stalled.error["code"]


async def test_a_prompt_stream_has_no_comments() -> None:
    """
    Comments are for silence only.
    """
    async with scripted(ok_stream(gap=0.02)) as one:
        pool = snapshot(provider("one", one, timeouts=CALM))
        async with running_relay(pool, beat=1.0) as relay:
            heard = await relay.ask(stream=True)

    assert WHOLE == heard.body
