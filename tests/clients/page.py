"""The table of docs/clients.md, and the tests that stand behind its cells."""

from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/clients.md"

#: The columns of the table, in its order.
COLUMNS = ("python", "langchain", "openai", "vercel")
#: What a cell says that promises nothing.
EMPTY = ("not in it", "not tried")


def ability(row: str, *sdks: str) -> pytest.MarkDecorator:
    """A test of this row of the table; it runs once for each SDK."""
    return pytest.mark.parametrize("sdk", sdks)


def raises(row: str, *sdks: str) -> pytest.MarkDecorator:
    """The same for a row of errors: `kind` is the class that the page says the SDK raises."""
    told = cells()
    kinds = [(sdk, told.get((row, sdk), "").strip("`")) for sdk in sdks]
    return pytest.mark.parametrize(("sdk", "kind"), kinds, ids=sdks)


def cells() -> dict[tuple[str, str], str]:
    """What each cell says, by row and column."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]
    return {
        (row, column): said
        for row, *others in rows
        for column, said in zip(COLUMNS, others, strict=True)
    }
