"""The tables of both pages of dialects and the tests behind their cells agree, both ways."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from tests.support.pairs import EMPTY, PAGES, cells, rows_of

ROOT = Path(__file__).resolve().parents[2]


def test_the_tables_and_the_tests_agree() -> None:
    """Each cell that promises something has a test, and each test its cell; no cell has two."""
    promised = {place for place, said in cells().items() if said != EMPTY}
    tried = [place for marks in found().values() for place in marks]

    assert promised == set(tried)
    assert len(tried) == len(set(tried))


def test_each_row_is_there_once() -> None:
    """No row of a page is written twice, and none promises nothing."""
    for page in PAGES:
        rows = [row for row, *_ in rows_of(page)]

        assert rows
        assert len(rows) == len(set(rows))
        assert [] == [row for row, *said in rows_of(page) if {EMPTY} == set(said)]


def found() -> dict[str, list[tuple[str, str]]]:
    """The cells that each test of a pair stands for: its cases are named by them."""
    return {test: [*places] for test, places in _found() if places}


def _found() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for path in sorted((ROOT / "tests/http").glob("test_pairs_*.py")):
        module = importlib.import_module(f"tests.http.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                yield name, [place for mark in test.pytestmark for place in _places(mark.kwargs)]


def _places(told: dict[str, list[str]]) -> list[tuple[str, str]]:
    found = [id.rpartition(" | ") for id in told.get("ids") or ()]
    return [(row, pair) for row, bar, pair in found if bar]
