"""What two fresh pairs of eyes found in the books, over real sockets."""

import json
from pathlib import Path

import pytest

from src.domain.events import StoreFailed
from tests.support.caller import request
from tests.support.catalogue import CLIENT_KEY, provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import running_relay
from tests.support.shaky import ShakyLedger


async def test_a_bound_that_is_nonsense_is_no_trouble_of_the_books(folder: Path | None) -> None:
    """
    A number of thousands of digits goes to the provider as it is; the books go on.
    """
    body = b'{"model":"gpt-4o","messages":[{"role":"user","content":"x"}],"max_tokens":%s}'
    async with (
        scripted() as one,
        running_relay(snapshot(provider("one", one)), folder=folder) as relay,
    ):
        for digits in (b"9" * 4300, b"1"):
            heard = await relay.send(request(body=body % digits, key=CLIENT_KEY))
            assert (200, None) == (heard.status, heard.header("x-relay-degraded"))
        rows = [r.usage for r in relay.notes.receipts]
        troubles = [e for e in relay.notes.events if isinstance(e, StoreFailed)]

    assert (2, []) == (len(rows), troubles)


async def test_books_that_cannot_be_read_are_no_defect(tmp_path: Path) -> None:
    """
    503, when to come back, and not the word of a defect.
    """
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "books.sqlite3").write_bytes(b"this is no database " * 500)
    async with (
        scripted() as one,
        running_relay(snapshot(provider("one", one)), folder=folder) as relay,
    ):
        asked = request(method="GET", path="/v1/receipts/none", key=CLIENT_KEY)
        heard = await relay.send(asked)

    error = json.loads(heard.body)["error"]
    assert (503, "store_unavailable") == (heard.status, error["code"])
    assert "2" == heard.header("retry-after")


async def test_a_receipt_on_its_way_to_the_books_is_found(folder: Path | None) -> None:
    """
    While the store is away a request that is over has its receipt all the same.
    """
    store = ShakyLedger()
    async with scripted() as one:
        configured = snapshot(provider("one", one))
        async with running_relay(configured, folder=folder, wire=store.wire) as relay:
            store.mood = "away"
            heard = await relay.ask()
            await relay.finished()
            path = f"/v1/receipts/{heard.header('x-request-id')}"
            found = await relay.send(request(method="GET", path=path, key=CLIENT_KEY))
            store.mood = "well"

    assert (200, "completed") == (found.status, json.loads(found.body)["ending"])


@pytest.mark.parametrize(
    "header", ["x-relay-delivery: whole ", "x-relay-timeout-ms: 5000\t", "idempotency-key: abc "]
)
async def test_white_space_behind_a_value_is_no_part_of_it(header: str) -> None:
    """
    RFC 9110 section 5.5, whatever the parser leaves.
    """
    name, _, value = header.partition(": ")
    async with scripted() as one, running_relay(snapshot(provider("one", one))) as relay:
        heard = await relay.ask(stream=True, headers=[(name, value)])

    assert 200 == heard.status
