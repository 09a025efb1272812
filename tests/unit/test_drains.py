"""Reading on after a caller left: how far, how many at once, and what is kept of it."""

import asyncio

import pytest

from src.application.drains import Drains
from src.application.transcript import Transcript
from src.domain.dialects.openai_chat.stream import StreamReader
from src.domain.errors import BadAnswer, Cut, Silent, UpstreamError
from src.domain.receipt import Usage
from tests.support import golden
from tests.support.playback import Recorded

SAID = Usage(11, 7, cached_tokens=4, reasoning_tokens=2)
WHOLE = golden.wire((*golden.TEXT, golden.USAGE))
#: What the caller would have got: it did not ask for the count.
HEARD = b"".join(golden.wire(golden.TEXT))


def begun(events: int, *, hide_usage: bool = True) -> tuple[StreamReader, Transcript]:
    """A stream of which so many events have come, and were kept."""
    reader = StreamReader(hide_usage=hide_usage, choices=1, now=0.0)
    kept = Transcript()
    for event in WHOLE[:events]:
        kept.add(reader.feed(event).raw)
    return reader, kept


def stored(kept: Transcript) -> bytes | None:
    found = kept.stored()
    return found.body if found else None


@pytest.mark.parametrize("hide", [True, False], ids=["for us alone", "asked for"])
@pytest.mark.parametrize("at", range(2, len(WHOLE)))
async def test_the_last_words_are_read_wherever_the_caller_left(at: int, hide: bool) -> None:
    """What it used follows the answer, piece by piece; the whole answer is kept."""
    reader, kept = begun(at, hide_usage=hide)
    complete = await Drains().read_on(Recorded(list(WHOLE[at:])), reader, 9.0, kept)

    assert (True, SAID) == (complete, reader.usage)
    assert (HEARD if hide else b"".join(WHOLE)) == stored(kept)


@pytest.mark.parametrize(
    "ending", [Cut("gone"), Silent("quiet"), BadAnswer("odd")], ids=lambda error: error.reason
)
async def test_an_answer_that_breaks_off_is_not_whole(ending: UpstreamError) -> None:
    """Nothing is raised: nobody is there to hear it."""
    reader, kept = begun(3)

    assert not await Drains().read_on(Recorded([WHOLE[3], ending]), reader, 9.0, kept)
    assert (None, 3) == (reader.usage, reader.pieces)


async def test_an_answer_that_lost_only_its_last_word_is_whole() -> None:
    """It is kept with the `[DONE]` that it should have had, as a caller would have got it."""
    reader, kept = begun(3)
    rest: list[bytes | UpstreamError] = [*WHOLE[3 : len(golden.TEXT)], Silent("quiet")]

    assert await Drains().read_on(Recorded(rest), reader, 9.0, kept)
    assert HEARD == stored(kept)


async def test_an_error_event_ends_it() -> None:
    """It is no answer then, whatever follows."""
    reader, kept = begun(3)
    error = golden.event(golden.error("overloaded", type="server_error"))
    reply = Recorded([error, *WHOLE[3:]])

    assert not await Drains().read_on(reply, reader, 9.0, kept)
    assert 1 == len(reply.reads)


async def test_every_read_has_the_same_end() -> None:
    """A provider that goes on for ever is not listened to for longer."""
    reader, _ = begun(3)
    reply = Recorded([*WHOLE[3:5], Silent("over")])
    await Drains().read_on(reply, reader, 9.0, None)

    assert [9.0] * 3 == reply.reads


async def test_there_are_so_many_places() -> None:
    """Where there is none nothing is read; one that is given back, also by a failure or a
    cancellation, can be taken."""
    drains = Drains(most=1)
    hanging = asyncio.create_task(drains.read_on(_Hangs([]), begun(3)[0], 9.0, None))
    await asyncio.sleep(0)
    late = Recorded(list(WHOLE[3:]))
    assert (False, []) == (await drains.read_on(late, begun(3)[0], 9.0, None), late.reads)

    hanging.cancel()
    await asyncio.wait([hanging])
    await drains.read_on(Recorded([Cut("gone")]), begun(3)[0], 9.0, None)
    assert await drains.read_on(late, begun(3)[0], 9.0, None)
    assert 0 == drains.under_way


class _Hangs(Recorded):
    """Nothing comes."""

    async def read(self, until: float) -> bytes:
        await asyncio.Event().wait()
        return b""
