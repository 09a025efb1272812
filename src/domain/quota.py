"""Holds, verdicts and outcomes: the shape of the books from day one."""

from typing import Literal

from attrs import evolve, frozen

from .idempotency import Claim, Repeat, StoredAnswer
from .receipt import Receipt, Usage

Metric = Literal["requests", "tokens", "input_tokens", "output_tokens", "cost", "concurrency"]
Window = Literal["minute", "day", "week", "month", "total"]

#: Reserved for output when the caller names no bound (design, section 5).
DEFAULT_OUTPUT_TOKENS = 4096
#: More than any request can use.
MOST_TOKENS = 10**12


@frozen
class Line:
    """`amount` of one metric, reserved for one subject in one window."""

    subject: str  # deployment, client:<name>, model:<virtual>, provider:<name>, key:<handle>
    metric: Metric
    window: Window
    amount: int


@frozen
class Hold:
    """What a request may use, reserved before the provider is called; `id` is the request id.

    Each subject stands for one request, so many tokens and one place among the concurrent ones;
    the lines are written out only where a limit asks for them.
    """

    id: str
    subjects: tuple[str, ...]
    tokens: int
    until: float  # Unix seconds: swept after this, unless a checkpoint comes before
    #: The request as it stood on admission: all there is to tell if its process dies at once.
    opened: Receipt
    claim: Claim | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """One line for each subject and metric."""
        return tuple(line for subject in self.subjects for line in _lines(subject, self.tokens))


@frozen
class KnownRest:
    """A key that rests until then, as the store knows it; `model=None`: the whole key."""

    key: str
    model: str | None
    until: float


@frozen
class Verdict:
    """The answer to a hold, and what else one trip to the store can tell."""

    admitted: bool
    retry_after: float | None = None
    denied: Line | None = None
    rests: tuple[KnownRest, ...] = ()
    catalogue_version: int | None = None
    degraded: bool = False
    #: The claim was made before, by another request: this one is not admitted.
    repeat: Repeat | None = None


@frozen
class Outcome:
    """How it went: the receipt, and what was learned on the way."""

    receipt: Receipt
    rests: tuple[KnownRest, ...] = ()
    #: The answer itself, for the claim of this request; None: not to be kept.
    answer: StoredAnswer | None = None


def estimate_input_tokens(body_bytes: int) -> int:
    """An upper bound: no tokenizer makes more than one token of a UTF-8 byte."""
    return body_bytes


def estimated(body_bytes: int, pieces: int) -> Usage:
    """What was used where the provider does not say: a token is about four bytes of text, and
    providers send about one in an event. Better than nothing, and marked."""
    return Usage(body_bytes // 4, pieces, estimated=True)


def so_far(known: Usage | None, pieces: int) -> Usage | None:
    """What was used before the provider's last word, if it said at the beginning what went in."""
    if known is None or not pieces:
        return None
    return evolve(known, output_tokens=max(known.output_tokens, pieces), estimated=True)


def reserved(body_bytes: int, max_tokens: int | None) -> int:
    """Tokens to reserve: an upper bound for what goes in, and what was asked for to come out. A
    bound that is nonsense is the provider's to judge; the books have columns."""
    output = DEFAULT_OUTPUT_TOKENS if max_tokens is None else max_tokens
    return min(estimate_input_tokens(body_bytes) + output, MOST_TOKENS)


def hold(
    opened: Receipt, *, provider: str, tokens: int, until: float, claim: Claim | None = None
) -> Hold:
    """The hold of one request: the caller's side, and the first choice's."""
    subjects = (
        "deployment",
        f"client:{opened.client}",
        f"model:{opened.model}",
        f"provider:{provider}",
    )
    return Hold(opened.request_id, subjects, tokens, until, opened, claim)


def moved(held: Hold, provider: str) -> Hold:
    """The hold with its provider-side lines on another provider."""
    kept = tuple(subject for subject in held.subjects if not subject.startswith("provider:"))
    return evolve(held, subjects=(*kept, f"provider:{provider}"))


def _lines(subject: str, tokens: int) -> tuple[Line, ...]:
    return (
        Line(subject, "requests", "minute", 1),
        Line(subject, "tokens", "minute", tokens),
        Line(subject, "concurrency", "total", 1),
    )
