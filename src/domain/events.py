"""What happened, as typed events for the Observer: declared fields only, no secret among them."""

from attrs import frozen

from .quota import Hold
from .receipt import Receipt


@frozen
class RequestFinished:
    """A request reached its one terminal state."""

    receipt: Receipt


@frozen
class KeyRested:
    """A key rests until `until` (Unix seconds); `model=None`: for every model."""

    provider: str
    key: str
    model: str | None
    until: float
    reason: str


@frozen
class BreakerOpened:
    """A target is passed over until `until` (Unix seconds)."""

    provider: str
    model: str
    until: float


@frozen
class BreakerClosed:
    """A target works again."""

    provider: str
    model: str


@frozen
class StoreFailed:
    """The store did not do `verb`; the relay went on, degraded."""

    verb: str
    detail: str


@frozen
class StoreAway:
    """The store is away: told once, whatever fails until it is back."""

    detail: str


@frozen
class StoreBack:
    """The store answers again, after so many seconds."""

    seconds: float


@frozen
class Unbooked:
    """The store did not take at once what a request used: if this process ends before it does, the
    log is all there is."""

    hold: Hold
    receipt: Receipt


@frozen
class WorkerEnded:
    """A process of the relay ended that should not have; another takes its place so many seconds
    later. `how`: its exit status or signal, in words."""

    pid: int
    how: str
    replaced_after: float


@frozen
class Faulted:
    """A defect of the relay's own: the request got an error and the log gets the trace."""

    request_id: str
    detail: str


#: What is told in words.
Remark = (
    RequestFinished
    | KeyRested
    | BreakerOpened
    | BreakerClosed
    | StoreFailed
    | StoreAway
    | StoreBack
    | WorkerEnded
    | Faulted
)
Event = Remark | Unbooked
