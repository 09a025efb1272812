"""What a cold start costs, beside a Quart function that does nothing."""

from statistics import median

import pytest
from attrs import define, field

from .building import Built
from .conftest import Deploys
from .function import Function, running

ROUNDS = 5
#: At most so many times what Quart alone costs.
MOST = 1.6


@define
class Costs:
    """Of several cold starts: CPU seconds until it had started and until its first answer, and the
    milliseconds that the platform is told."""

    started: list[float] = field(factory=list)
    answered: list[float] = field(factory=list)
    wall: list[float] = field(factory=list)

    async def add(self, function: Function) -> None:
        self.started.append(function.cpu)
        heard = await function.ask()
        self.answered.append(function.burnt())
        self.wall.append(function.started.payload["initDuration"])
        assert 200 == heard.status

    def __str__(self) -> str:
        started, answered = median(self.started), median(self.answered)
        return (
            f"CPU {started * 1000:4.0f} ms until it listens, {answered * 1000:4.0f} ms until its"
            f" first answer; wall {median(self.wall):4.0f} ms"
        )


@pytest.mark.timeout(300)
async def test_a_cold_start_costs_little_more_than_quarts(deploys: Deploys, bare: Built) -> None:
    """
    Until its first answer it takes at most 1.6 times the CPU of a bare Quart function that is built
    the same way; in turn, so that both have the same machine.
    """
    ours, quarts = Costs(), Costs()
    for _ in range(ROUNDS):
        async with deploys() as scene:
            await ours.add(scene.function)
        async with running(bare, {}) as function:
            await quarts.add(function)

    ratio = median(ours.answered) / median(quarts.answered)
    print(f"\nthe relay: {ours}\na bare Quart: {quarts}\nratio: {ratio:.2f}")
    assert ratio <= MOST
