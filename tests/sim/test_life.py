"""Lives on the loop: who is killed does nothing more, who is frozen does it later."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from .life import Life
from .loop import START, SimLoop, run

ALL = [*(f"step {number}" for number in range(4)), "finally", "after it"]


async def step_by_step(seen: list[str]) -> None:
    """Some steps, with what a process would do at its end."""
    try:
        for number in range(4):
            seen.append(f"step {number}")
            await asyncio.sleep(1.0)
    finally:
        seen.append("finally")
        await asyncio.sleep(0)
        seen.append("after it")


def lived(
    work: Callable[[SimLoop, Life, "asyncio.Task[None]"], Coroutine[object, object, None]],
) -> list[str]:
    """What a process did while the world did `work`."""
    loop, life, seen = SimLoop(1), Life("one"), list[str]()

    async def world() -> None:
        task = loop.create_task(step_by_step(seen), context=life.context())
        await work(loop, life, task)

    run(loop, world())
    told = list(seen)
    life.bury()
    return told


def test_who_is_killed_does_nothing_more() -> None:
    """
    Neither its timers nor a `finally` run.
    """

    async def work(loop: SimLoop, life: Life, task: "asyncio.Task[None]") -> None:
        await asyncio.sleep(1.5)
        loop.kill(life)
        task.cancel()
        await asyncio.sleep(10.0)

    assert ["step 0", "step 1"] == lived(work)


@pytest.mark.parametrize("steps", range(1, 9))
def test_a_life_ends_after_any_callback(steps: int) -> None:
    """
    The instant can be any await: it is told by how many callbacks have run.
    """

    async def work(loop: SimLoop, life: Life, task: "asyncio.Task[None]") -> None:
        life.after(steps, lambda: loop.kill(life))
        await asyncio.sleep(20.0)
        assert steps == life.steps

    told = lived(work)
    assert ALL[: len(told)] == told


def test_a_world_may_wait_for_the_dead_no_longer() -> None:
    """
    What a killed process would have answered to is never answered, and nothing hangs on it.
    """

    async def work(loop: SimLoop, life: Life, task: "asyncio.Task[None]") -> None:
        loop.kill(life)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(50.0):
                await asyncio.shield(task)

    assert [] == lived(work)


def test_who_is_frozen_goes_on_later() -> None:
    """
    Nothing of it runs while it is frozen; then all of it does.
    """

    async def work(loop: SimLoop, life: Life, task: "asyncio.Task[None]") -> None:
        await asyncio.sleep(0.5)
        life.frozen = True
        await asyncio.sleep(30.0)
        assert not task.done()
        loop.thaw(life)
        await task
        assert START + 30.5 <= loop.time() <= START + 34.5

    assert ALL == lived(work)


def test_what_a_life_begins_belongs_to_it() -> None:
    """
    Tasks of tasks are killed with their process, timers and callbacks as well.
    """
    loop, life, seen = SimLoop(1), Life("one"), list[str]()

    async def child() -> None:
        await asyncio.sleep(5.0)
        seen.append("child")

    async def parent() -> None:
        task = asyncio.create_task(child())
        asyncio.get_running_loop().call_later(3.0, seen.append, "timer")
        task.add_done_callback(lambda _: seen.append("callback"))
        await asyncio.sleep(2.0)
        seen.append("parent")
        await task

    async def world() -> None:
        loop.create_task(parent(), context=life.context())
        await asyncio.sleep(2.5)
        loop.kill(life)
        await asyncio.sleep(60.0)

    run(loop, world())

    assert ["parent"] == seen
    life.bury()
