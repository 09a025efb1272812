"""The pages of the books as tables: reads and writes within the transaction of a verb."""

import sqlite3
from collections.abc import Callable, Iterator

from attrs import astuple, define

from ....domain import gauges, histogram
from ....domain.admission import Records
from ....domain.entry import Entry
from ....domain.gauges import Gauges
from ....domain.pricing import MOST_COST
from ....domain.usage import Row, Tally, Window
from ..bookkeeping import LATE_KEPT, Claimed
from . import words

#: What one request may add: columns and their sums have 63 bits, whatever a provider says.
MOST_TOKENS = 10**12

_ENTRY = "SELECT id, state, hold, outcome FROM entries WHERE "
_WRITE = """
    INSERT INTO entries (id, state, until, client, hold, outcome, ended)
    VALUES (?, ?, ?, ?, ?, ?, {ended})
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, until = excluded.until,
        client = excluded.client, hold = excluded.hold, outcome = excluded.outcome,
        ended = excluded.ended
    RETURNING ended"""
_WRITE_OPEN = _WRITE.format(ended="NULL")
_WRITE_OVER = _WRITE.format(
    ended="(SELECT coalesce(max(ended), 0) + 1 FROM entries WHERE ended IS NOT NULL)"
)
_LATE = _ENTRY + "state = 'open' AND until <= ? ORDER BY until, id LIMIT ?"
_TRIM = """
    DELETE FROM entries WHERE ended <= (SELECT ended FROM entries WHERE ended IS NOT NULL
        ORDER BY ended DESC LIMIT 1 OFFSET ?)"""
_TRIM_ANSWERS = """
    UPDATE claims SET content_type = NULL, answer = NULL WHERE answer IS NOT NULL AND place <= (
        SELECT place FROM claims WHERE answer IS NOT NULL ORDER BY place DESC LIMIT 1 OFFSET ?)"""
_ADD = """
    INSERT INTO sums (kind, period, client, provider, model, status, requests, errors,
        input_tokens, output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens,
        estimated, cost, unpriced, latency, first_event)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
        errors = errors + excluded.errors, input_tokens = input_tokens + excluded.input_tokens,
        output_tokens = output_tokens + excluded.output_tokens,
        cached_tokens = cached_tokens + excluded.cached_tokens,
        cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens,
        reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens,
        estimated = estimated + excluded.estimated, cost = cost + excluded.cost,
        unpriced = unpriced + excluded.unpriced, latency = merged(latency, excluded.latency),
        first_event = merged(first_event, excluded.first_event)"""
_GAUGES = "SELECT record FROM gauges WHERE subject = ?"
_SET_GAUGES = "INSERT OR REPLACE INTO gauges (subject, record) VALUES (?, ?)"
_CLAIMED = """
    SELECT key, body, until, request, receipt, content_type, answer FROM claims WHERE key = ?"""
#: A claim that is replaced becomes the newest.
_CLAIM = """
    INSERT OR REPLACE INTO claims (key, body, until, request, receipt, content_type, answer)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_CAME_LATE = "INSERT OR IGNORE INTO late (id, at) VALUES (?, ?)"


@define
class SqlPages:
    """The protocol `Pages`. `unreadable` hears the id of an entry that cannot be read; it is set
    aside, and books are kept as if it had never been there."""

    connection: sqlite3.Connection
    unreadable: Callable[[str], None]

    def entry(self, id: str) -> Entry | None:
        row: words.EntryRow | None = self.connection.execute(_ENTRY + "id = ?", (id,)).fetchone()
        return None if row is None or row[1] not in _STATES else self._read(row)

    def write(self, entry: Entry) -> int | None:
        receipt = entry.receipt
        values = (
            entry.hold.id,
            entry.state,
            entry.hold.until,
            receipt.client if receipt else "",
            words.text(entry.hold),
            words.text(entry.outcome) if entry.outcome else None,
        )
        statement = _WRITE_OPEN if receipt is None else _WRITE_OVER
        place: int | None = self.connection.execute(statement, values).fetchone()[0]
        return place

    def late(self, now: float, most: int) -> tuple[Entry, ...]:
        rows: list[words.EntryRow] = self.connection.execute(_LATE, (now, most)).fetchall()
        return tuple(entry for row in rows if (entry := self._read(row)) is not None)

    def trim(self, keep: int) -> None:
        self.connection.execute(_TRIM, (keep,))
        self.connection.execute(_TRIM_ANSWERS, (keep // 10,))

    def add(self, sums: tuple[tuple[Window, Row], ...]) -> None:
        self.connection.executemany(
            _ADD,
            [
                (window, row.period, *astuple(row.heading), *values(row.tally))
                for window, row in sums
            ],
        )

    def gauges(self, subjects: tuple[str, ...]) -> Records:
        found: Records = {}
        for subject in subjects:
            row: tuple[str] | None = self.connection.execute(_GAUGES, (subject,)).fetchone()
            if row is not None:
                found[subject] = self._gauges(subject, row[0])
        return found

    def set_gauges(self, records: Records) -> None:
        rows = [(subject, gauges.write(record)) for subject, record in records.items()]
        self.connection.executemany(_SET_GAUGES, rows)

    def claimed(self, key: str) -> Claimed | None:
        row: words.ClaimRow | None = self.connection.execute(_CLAIMED, (key,)).fetchone()
        return None if row is None else words.claimed(row)

    def claim(self, claimed: Claimed) -> None:
        self.connection.execute(_CLAIM, words.claim_row(claimed))

    def free(self, key: str) -> None:
        self.connection.execute("DELETE FROM claims WHERE key = ?", (key,))

    def came_late(self, id: str, now: float) -> bool:
        return self.connection.execute(_CAME_LATE, (id, now)).rowcount > 0

    def forget(self, *, hours: str, days: str, now: float) -> None:
        self.connection.execute("DELETE FROM sums WHERE kind = 'hour' AND period < ?", (hours,))
        self.connection.execute("DELETE FROM sums WHERE kind = 'day' AND period < ?", (days,))
        self.connection.execute("DELETE FROM claims WHERE until <= ?", (now,))
        self.connection.execute("DELETE FROM late WHERE at < ?", (now - LATE_KEPT,))

    def _gauges(self, subject: str, text: str) -> Gauges:
        """What cannot be read begins anew: a limit that nobody can tell is better than no answer
        to anybody."""
        try:
            return gauges.read(text)
        except ValueError:
            self.unreadable(subject)
            return {}

    def _read(self, row: words.EntryRow) -> Entry | None:
        entry = words.entry(row)
        if entry is None:
            self.unreadable(row[0])
            self.connection.execute(
                "UPDATE entries SET state = 'unreadable' WHERE id = ?", (row[0],)
            )
        return entry


def values(tally: Tally) -> Iterator[int | str]:
    """As the columns of `sums` hold them."""
    *numbers, cost, unpriced, latency, first_event = astuple(tally)
    yield from (max(-MOST_TOKENS, min(value, MOST_TOKENS)) for value in numbers)
    yield max(-MOST_COST, min(cost, MOST_COST))
    yield unpriced
    yield histogram.text(latency)
    yield histogram.text(first_event)


_STATES = ("open", "settled", "lost", "corrected")
