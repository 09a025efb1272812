"""The loop under the worlds: its time, its order, its end."""

import asyncio
import time

import pytest

from .clock import SimClock
from .loop import START, Deadlock, Livelock, SimLoop, run


def order_of(seed: int) -> list[int]:
    seen: list[int] = []

    async def note(number: int) -> None:
        await asyncio.sleep(0)
        seen.append(number)

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(6):
                group.create_task(note(number))

    run(SimLoop(seed), work())
    return seen


def test_a_day_of_waiting_takes_no_time() -> None:
    """
    Time moves straight to the next timer.
    """

    async def work() -> float:
        await asyncio.sleep(86_400)
        return asyncio.get_running_loop().time()

    began = time.monotonic()

    assert START + 86_400 == run(SimLoop(1), work())
    assert time.monotonic() - began < 5.0


def test_one_seed_is_one_order() -> None:
    """
    The same seed gives the same order again.
    """
    assert order_of(3) == order_of(3)


def test_another_seed_is_another_order() -> None:
    """
    Ready callbacks run in an order that the seed decides.
    """
    assert 1 < len({tuple(order_of(seed)) for seed in range(20)})


def test_timers_keep_their_order() -> None:
    """
    The lot decides among what is ready, never against the clock.
    """

    async def work() -> list[int]:
        seen: list[int] = []
        loop = asyncio.get_running_loop()
        for number in (3, 1, 2):
            loop.call_later(number, seen.append, number)
        await asyncio.sleep(4)
        return seen

    assert [1, 2, 3] == run(SimLoop(1), work())


def test_a_timeout_is_virtual_too() -> None:
    """
    `asyncio.timeout_at` counts by the loop's time.
    """

    async def work() -> float:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout_at(loop.time() + 7):
                await asyncio.sleep(3600)
        return loop.time()

    assert START + 7 == run(SimLoop(1), work())


def test_a_cancelled_timer_does_not_hold_time_up() -> None:
    """
    What was cancelled neither runs nor moves the clock.
    """

    async def work() -> float:
        loop = asyncio.get_running_loop()
        loop.call_later(50, print, "never").cancel()
        await asyncio.sleep(100)
        return loop.time()

    assert START + 100 == run(SimLoop(1), work())


def test_a_deadlock_is_an_error() -> None:
    """
    Waiting for what nobody will ever do raises instead of hanging.
    """

    async def work() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Deadlock):
        run(SimLoop(1), work())


def test_going_round_in_circles_is_an_error() -> None:
    """
    Work that never lets time move on raises instead of hanging.
    """

    async def work() -> None:
        while True:  # noqa: ASYNC110
            await asyncio.sleep(0)

    with pytest.raises(Livelock):
        run(SimLoop(1), work())


@pytest.mark.parametrize(("looks", "happened"), [((), 0), ((2.0,), 0), ((0.5, 2.0), 1)])
def test_a_clock_is_set_where_somebody_sees_it(looks: tuple[float, ...], happened: int) -> None:
    """
    A jump counts once, and only for who looks at the clock before and after it.
    """
    loop = SimLoop(1)
    clock = SimClock(loop, jump_at=START + 1.0, jump=30.0)

    async def work() -> None:
        for at in looks:
            await asyncio.sleep(START + at - loop.time())
            clock.now()
            clock.now()

    run(loop, work())

    assert happened == clock.happened["clock: set ahead"]
