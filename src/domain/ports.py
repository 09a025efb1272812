"""The ports: what the application asks of the world. The docstrings are the contracts.

A verb is a whole decision, so that an adapter can make it atomic: never `get`, then `set`.
Every adapter of a port passes that port's suite in `tests/contract`.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from attrs import field, frozen

from .catalogue import Provider, Snapshot, Timeouts
from .change import Change
from .events import Event
from .quota import Hold, News, Outcome, Verdict
from .receipt import Receipt
from .usage import RequestQuery, Row, UsageQuery


class Clock(Protocol):
    """Time. `now` is Unix seconds; `monotonic` never goes back and has no epoch."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        """Raises TimeoutError inside the block once `monotonic()` reaches `at`."""
        ...


class Catalogue(Protocol):
    """The configuration in force: what was configured, and over it what was saved. `snapshot`
    answers from memory and never fails once started; the same value until something changes."""

    def snapshot(self) -> Snapshot: ...

    async def save(self, change: Change, expected_version: int) -> Snapshot:
        """Replaces one record if its version (`snapshot().versions`, 0 for one never saved) is
        still `expected_version`; answers the snapshot that is then in force. Raises ValueError on a
        lost race, or for a record that cannot be kept; StoreUnavailable when the store is away."""
        ...

    async def heard(self, version: int | None) -> None:
        """What the store told of itself (`News.catalogue_version`): if it is another version than
        the one in force, what was saved is read again. Bounded in time, and never raises: the last
        good snapshot stands where it cannot be read."""
        ...


class Ledger(Protocol):
    """The books. Every verb is one atomic step and idempotent per hold id; repeated, it answers
    as it did the first time and changes nothing. Raises StoreUnavailable."""

    async def admit(self, hold: Hold) -> Verdict:
        """Checks every line and the claim, then reserves all or nothing. Nobody waits for the
        store where there are no lines and nothing is claimed. Sweeps a few late holds on the way.
        """
        ...

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        """Charges what was used, frees the rest of the reservation, keeps the receipt, and ends
        the claim (`idempotency.keeps`). A hold that was swept before is corrected, once; one that
        was never admitted is written down and charged all the same."""
        ...

    async def move(self, hold: Hold) -> Verdict:
        """Re-books an open hold: the lines that it no longer has are given back, those that it has
        now are checked and reserved; all of it or nothing. Not admitted if it is not open."""
        ...

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        """Notes what was delivered so far, so that a death after this charges at least that; the
        hold then lasts until `hold.until`, if that is later than before."""
        ...

    async def sweep(self) -> int:
        """Settles holds past their end at their last checkpoint, as `lost`; answers how many. The
        clock of the books decides: those who ask disagree."""
        ...


class Journal(Protocol):
    """The read side of the books, and the audit trail. Bounded: old receipts are forgotten, and
    the sums stay. Raises StoreUnavailable."""

    async def receipt(self, request_id: str, client: str) -> Receipt | None:
        """The receipt of a request, for the client that asked; None for anybody else."""
        ...

    async def requests(self, query: RequestQuery) -> tuple[Receipt, ...]:
        """The newest receipts, in the order in which requests ended, the last one first."""
        ...

    async def usage(self, query: UsageQuery) -> tuple[Row, ...]:
        """What was used, by period and heading, in that order; no rows that are all zeros."""
        ...

    async def holds(self) -> tuple[Hold, ...]:
        """What is reserved: the holds that are open."""
        ...


class Leases(Protocol):
    """Who may do what only one may do: probes, the scheduler, the outbox."""

    async def acquire(self, name: str, ttl: float) -> int | None:
        """A fencing token, larger than every earlier one of that name; None while another
        holds it. When the store is away nobody holds it."""
        ...

    async def release(self, name: str, token: int) -> None:
        """Gives it back early; nothing happens if it is no longer ours."""
        ...


class Vault(Protocol):
    """Secrets at rest, bound to what they are for. Raises ValueError when it cannot open one."""

    def seal(self, secret: str, *, purpose: str, record: str, origin: str) -> str: ...

    def open(self, sealed: str, *, purpose: str, record: str, origin: str) -> str: ...


@frozen
class Call:
    """One request to a provider, as bytes. `open_by` is the monotonic instant by which the
    status and headers must be there; connecting has `timeouts.connect` seconds of it."""

    provider: Provider
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    timeouts: Timeouts
    open_by: float
    method: str = "POST"


class Reply(Protocol):
    """What a provider answers: status and lower-case headers now, bytes as they come."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self, until: float) -> bytes:
        """The next bytes, as they arrived, or b"" at a proper end. Raises Silent when the
        monotonic instant `until` passes first, and Cut when the connection breaks."""
        ...


class Upstream(Protocol):
    """Carries calls to providers. Raises UpstreamError and nothing else: Unreachable,
    ConnectionReset, Silent or BadAnswer on opening. Leaving the block stops the provider at once.
    Framing, meter and dialect sit above it."""

    def open(self, call: Call) -> AbstractAsyncContextManager[Reply]: ...


class Notifier(Protocol):
    """Tells people. Never raises; bounded in time; answers whether it was delivered."""

    async def deliver(self, message: str) -> bool: ...


class Observer(Protocol):
    """Hears what happened: log, live view, metrics. Never awaits, never fails."""

    def note(self, event: Event) -> None: ...
