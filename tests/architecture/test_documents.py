"""The documents tell what the code does."""

import re
from pathlib import Path

from src.adapters.http.error_bodies import kind_of
from src.adapters.http.errors import INTERNAL, TABLE
from src.adapters.http.routes import ROUTES
from src.domain.errors import ProviderRefused, StreamBroken
from src.domain.outgoing import FORWARDED, OF_DIALECT

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/http.md").read_text("utf-8")


def test_every_error_is_in_the_table() -> None:
    """Status, type and code of every refusal stand in docs/http.md, and no others."""
    told = set(re.findall(r"^\| (\d{3}) \| `(\w+)` \| `(\w+)` \|", PAGE, re.MULTILINE))
    elsewhere = (ProviderRefused, StreamBroken)  # told in words: their status is not their own

    assert {
        (str(row.status), row.kind, row.code)
        for kind, row in TABLE.items()
        if kind not in elsewhere
    } == told


def test_every_type_of_anthropics_is_in_its_table() -> None:
    """Each status that is answered stands there once, with its type."""
    rows = re.findall(r"^\| ([\d, ]+) \| `(\w+)` \|$", PAGE, re.MULTILINE)
    told = {int(status): kind for statuses, kind in rows for status in statuses.split(", ")}
    answered = {INTERNAL.status, *(row.status for row in TABLE.values())}

    assert {status: kind_of(status) for status in answered | set(told)} == told


def test_every_route_is_in_the_table() -> None:
    """Each path of the route table is on the page."""
    for route in ROUTES:
        assert route.path.removesuffix("*") in PAGE


def test_every_forwarded_header_is_named() -> None:
    """What goes on to the provider is said."""
    for name in (*FORWARDED, *OF_DIALECT):
        assert f"`{name}`" in PAGE
