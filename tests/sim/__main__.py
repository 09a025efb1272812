"""`make sim SEEDS=from:to`: any worlds, on two cores; what broke, what happened, how fast."""

import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from . import alphabet, seeds

WORKERS = 2


def main(wanted: str, workers: int = WORKERS) -> int:
    """Visits them; 1 if a law was broken."""
    first, _, last = wanted.partition(":")
    happened: Counter[str] = Counter()
    count, found, seconds = 0, 0, 0.0
    chunks = seeds.chunks(int(first), int(last))
    with ProcessPoolExecutor(workers) as pool:
        for chunk, seen in zip(chunks, pool.map(seeds.visited, chunks), strict=True):
            happened.update(seen.happened)
            count, seconds = count + len(chunk), seconds + seen.seconds
            found += len(seen.broken)
            for line in seen.broken:
                print(line, flush=True)
    _show(happened)
    print(f"{count} worlds, {found} laws broken, {count / seconds:.1f} worlds a second and core")
    return 1 if found else 0


def _show(happened: "Counter[str]") -> None:
    kinds = alphabet.kinds()
    for kind in kinds:
        print(f"{happened[kind]:>9}  {kind}")
    missing = sum(not happened[kind] for kind in kinds)
    faults = len(alphabet.all_faults())
    print(f"{faults} kinds of faults, {len(kinds) - faults} besides; {missing} never happened")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
