"""docs/reference.md is what the schema says."""

import json

from tests.support.golden import Json
from tests.support.reference import PAGE, SCHEMA, reference


def test_the_page_is_the_schemas() -> None:
    """
    Field by field; else: `make reference`.
    """
    assert reference(json.loads(SCHEMA.read_bytes())) == PAGE.read_text("utf-8")


def test_every_field_stands_on_the_page() -> None:
    """
    No object of the schema is passed over, however deep.
    """
    schema = json.loads(SCHEMA.read_bytes())
    page = PAGE.read_text("utf-8")

    assert [] == [name for name in fields(schema) if f"\n| `{name}` |" not in page]


def test_no_field_is_without_a_word() -> None:
    """
    Each row says what its field is.
    """
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]

    assert rows
    assert [] == [row for row in rows if not row.removesuffix(" |").rpartition(" | ")[2].strip()]


def fields(schema: Json) -> set[str]:
    """The names of all properties."""
    found = set(schema["properties"])
    for kind in schema["$defs"].values():
        found |= set(kind.get("properties", ()))
    return found
