"""Whole delivery, away from any socket: what it holds, what it lets go, and when."""

import pytest
from attrs import define, field

from src.application.caller import Caller
from src.application.delivery import MOST_HELD_BYTES, LiveDelivery
from src.application.transcript import Transcript
from src.application.whole import PIECE, SWITCHED, Room, WholeDelivery
from src.domain.dialects.openai_chat.stream import StreamReader
from src.domain.errors import BadAnswer, Refusal
from src.domain.receipt import Receipt
from tests.support import golden
from tests.support.clock import TurnedClock

RECEIPT = Receipt("id", 0.0, "c", "", "m", stream=True)
WIRE = golden.wire(golden.TEXT)


@define
class Listener:
    """A caller that keeps what it hears."""

    heard: list[bytes] = field(factory=list)
    opened: int = 0
    finished: int = 0
    status: int = 0
    gone: bool = False
    #: What is asked each time something is written.
    watched: list[int] = field(factory=list)
    room: Room = field(factory=Room)

    async def answer(self, body: bytes, content_type: str, receipt: Receipt) -> None:
        self.heard.append(body)

    async def open(self, receipt: Receipt) -> None:
        self.opened += 1

    async def write(self, data: bytes) -> None:
        self.watched.append(self.room.left)
        self.heard.append(data)

    async def finish(self) -> None:
        self.finished += 1

    async def refuse(self, refusal: Refusal, receipt: Receipt) -> None:
        raise AssertionError(refusal)


def whole_for(caller: Caller, *, room: Room, most: int = 1 << 20) -> WholeDelivery:
    live = LiveDelivery(caller, TurnedClock(), lambda: RECEIPT, Transcript())
    return WholeDelivery(live, room, most)


def strict_reader() -> StreamReader:
    return StreamReader(hide_usage=True, choices=1, now=0.0, strict=True)


async def feed(delivery: WholeDelivery, pieces: tuple[bytes, ...]) -> StreamReader:
    reader = strict_reader()
    for data in pieces:
        await delivery.take(reader.feed(data), reader)
    return reader


async def test_nothing_is_written_before_the_end() -> None:
    """Not a byte and no status; then all of it, in order, once."""
    caller, room = Listener(), Room(10_000)
    delivery = whole_for(caller, room=room)

    await feed(delivery, WIRE)
    assert ([], 0, False) == (caller.heard, caller.opened, delivery.committed)
    await delivery.finish()

    assert (b"".join(WIRE), 1, 1) == (b"".join(caller.heard), caller.opened, caller.finished)
    assert ("whole", True, len(b"".join(WIRE))) == (
        delivery.how,
        delivery.committed,
        delivery.bytes_out,
    )


async def test_it_is_written_in_pieces_of_whole_events() -> None:
    """A slow reader slows us down; a keep-alive that comes between two pieces harms no event."""
    caller = Listener()
    delivery = whole_for(caller, room=Room())
    events = golden.text(["x" * 1000 for _ in range(500)])

    await feed(delivery, golden.wire(events))
    await delivery.finish()

    assert b"".join(golden.wire(events)) == b"".join(caller.heard)
    assert all(piece.endswith(b"\n\n") for piece in caller.heard)
    assert 5 < len(caller.heard) < 10
    assert max(map(len, caller.heard)) < 2 * PIECE


async def test_its_room_is_taken_until_it_is_written() -> None:
    """What a slow reader has yet to take is in memory as well."""
    caller = Listener()
    delivery = whole_for(caller, room=caller.room)
    free = caller.room.left

    await feed(delivery, golden.wire(golden.text(["x" * 1000 for _ in range(500)])))
    taken = free - caller.room.left
    await delivery.finish()

    assert {free - taken} == set(caller.watched)
    assert free == caller.room.left


async def test_an_attempt_that_is_over_gives_its_room_back_once() -> None:
    """However often it is closed."""
    room = Room(10_000)
    delivery = whole_for(Listener(), room=room)
    await feed(delivery, WIRE[:4])
    assert 10_000 - len(b"".join(WIRE[:4])) == room.left

    delivery.close()
    delivery.close()

    assert 10_000 == room.left


async def test_over_its_bound_it_goes_on_live() -> None:
    """From the event that is too much: a comment first, then each as it comes."""
    caller, room = Listener(), Room(10_000)
    bound = len(b"".join(WIRE[:3]))
    delivery = whole_for(caller, room=room, most=bound)

    await feed(delivery, WIRE[:3])
    assert [] == caller.heard
    await feed(delivery, WIRE[3:5])

    assert [SWITCHED + b"".join(WIRE[:4]), WIRE[4]] == caller.heard
    assert ("switched", 10_000) == (delivery.how, room.left)


async def test_where_nothing_may_be_held_a_role_still_waits_for_its_words() -> None:
    """The boundary is then that of live delivery."""
    caller = Listener()
    delivery = whole_for(caller, room=Room(0))

    await feed(delivery, WIRE[:1])
    assert ([], "whole") == (caller.heard, delivery.how)
    await feed(delivery, WIRE[1:2])

    assert ([SWITCHED + b"".join(WIRE[:2])], "switched") == (caller.heard, delivery.how)


async def test_what_never_becomes_an_answer_is_bounded_too() -> None:
    """Roles without end do not fill the memory."""
    caller = Listener()
    delivery = whole_for(caller, room=Room(0))

    await feed(delivery, WIRE[:1] * (MOST_HELD_BYTES // len(WIRE[0]) + 2))

    assert "switched" == delivery.how
    assert sum(map(len, caller.heard)) < MOST_HELD_BYTES + 2 * len(WIRE[0]) + len(SWITCHED)


async def test_what_came_with_a_failure_does_not_go_out() -> None:
    """Not even where it goes over the bound: it can still be mended."""
    caller = Listener()
    delivery = whole_for(caller, room=Room(), most=10)

    reader = await feed(delivery, (b"".join(WIRE[:4]) + b"data: no JSON\n\n",))

    assert (BadAnswer, [], False) == (type(reader.failure), caller.heard, delivery.committed)


@pytest.mark.parametrize("before", [(), WIRE[:1]], ids=["alone", "after a role"])
async def test_done_without_an_answer_is_none(before: tuple[bytes, ...]) -> None:
    """As in live delivery."""
    with pytest.raises(BadAnswer):
        await feed(whole_for(Listener(), room=Room()), (*before, WIRE[-1]))


async def test_what_is_kept_to_be_given_again_is_what_was_held() -> None:
    """Each byte once, held or live, and without our comment."""
    for most in (1 << 20, 300):
        delivery = whole_for(Listener(), room=Room(), most=most)
        await feed(delivery, WIRE)
        await delivery.finish()

        kept = delivery.transcript.stored() if delivery.transcript else None
        assert kept is not None
        assert b"".join(WIRE) == kept.body


def test_a_room_is_never_overdrawn() -> None:
    """What does not fit is not taken in part."""
    room = Room(10)

    assert [True, False, True, True] == [room.take(size) for size in (6, 5, 4, 0)]
    room.give_back(10)
    assert 10 == room.left
