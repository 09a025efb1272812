"""CPU time a request costs, in rounds taken in turn, medians, as ratios within the same run.

`python -m benchmarks [rounds]`
"""

import sys
from statistics import median

import uvloop

from .load import run
from .provider import EVENTS
from .targets import Target, targets

CONNECTIONS = 32
CASES = {"chat": (False, 100), "stream": (True, 20)}


def measure(target: Target, *, stream: bool, rounds: int) -> float:
    """Microseconds of CPU time a request."""
    before = target.cpu_seconds()
    uvloop.run(run(target.port, connections=CONNECTIONS, rounds=rounds, stream=stream))
    return (target.cpu_seconds() - before) * 1e6 / (CONNECTIONS * rounds)


def main(times: int) -> None:
    with targets() as all_targets:
        reference = all_targets[-1] if all_targets[-1].name == "nginx" else all_targets[0]
        for case, (stream, rounds) in CASES.items():
            found: dict[str, list[float]] = {target.name: [] for target in all_targets}
            for turn in range(times + 1):
                for target in all_targets:
                    cost = measure(target, stream=stream, rounds=rounds)
                    if turn:  # the first warms up
                        found[target.name].append(cost)
            base = median(found[reference.name])
            for name, costs in found.items():
                per_event = f", {median(costs) / (EVENTS + 3):6.1f} us an event" if stream else ""
                print(
                    f"{case:7} {name:6} {median(costs):7.0f} us CPU a request"
                    f" (min {min(costs):.0f}, max {max(costs):.0f}){per_event},"
                    f" {median(costs) / base:5.1f} x {reference.name}"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
