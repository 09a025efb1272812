"""Saved records, in whatever store: what a newer relay wrote into them stays."""

import json
from pathlib import Path

import msgspec
import pytest
from attrs import evolve

from src.adapters.stores.records import Saved, keeping, reading, sealed, written
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.records import everything, put, save
from src.domain.change import Change

from .instances import BEFORE, OFF, A, change


def newer(row: Saved) -> Saved:
    """With a field that this relay does not know."""
    assert row.record is not None
    record = {**json.loads(row.record), "region": {"name": "eu", "near": [1.50]}}
    return sealed(row._replace(record=msgspec.json.encode(record)))


def test_unknown_fields_are_kept() -> None:
    """Byte by byte, beside what was changed; and the record is read as it was saved."""
    before = newer(written(change(OFF), 1, BEFORE))
    after = keeping(written(change(A), 2, BEFORE), before)

    assert after.record is not None
    assert b'"region":{"name":"eu","near":[1.5]}' in after.record
    assert change(A) == reading(after, BEFORE)


@pytest.mark.parametrize("gone", [False, True])
def test_known_fields_are_not(gone: bool) -> None:
    """They are what was saved last; and a tombstone takes all of it away."""
    last = Change("provider", "a", None) if gone else change(evolve(A, models=()))
    row = written(last, 2, BEFORE)

    assert row == keeping(row, written(change(evolve(A, models=("m",))), 1, BEFORE))
    if gone:
        assert row == keeping(row, newer(written(change(A), 1, BEFORE)))


async def test_the_file_keeps_them(tmp_path: Path) -> None:
    """As Redis does."""
    database = Database(tmp_path / NAME)
    await database.write(lambda file: put(file, newer(written(change(OFF), 1, BEFORE))))
    await database.write(lambda file: save(file, written(change(A), 2, BEFORE), BEFORE))
    (found,) = await database.read(everything)
    await database.aclose()

    assert newer(written(change(A), 2, BEFORE)) == found
