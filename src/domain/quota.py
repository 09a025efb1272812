"""Holds, verdicts and outcomes: the shape of the books from day one."""

from typing import Literal

from attrs import evolve, frozen

from .gauges import Denial, Headroom
from .idempotency import Claim, Repeat, StoredAnswer
from .lines import NOTHING, UNLIMITED, Amounts, Limits, Line
from .receipt import Receipt, Usage

#: Reserved for output when the caller names no bound (design, section 5).
DEFAULT_OUTPUT_TOKENS = 4096
#: More than any request can use.
MOST_TOKENS = 10**12


@frozen
class Hold:
    """What a request may use, reserved before the provider is called; `id` is the request id.

    `lines`: one for each limit in its way, on either side; most requests have none.
    """

    id: str
    subjects: tuple[str, ...]
    tokens: int
    until: float  # Unix seconds: swept after this, unless a checkpoint comes before
    #: The request as it stood on admission: all there is to tell if its process dies at once.
    opened: Receipt
    claim: Claim | None = None
    lines: tuple[Line, ...] = ()

    @property
    def limited(self) -> bool:
        """Has the store to be asked before the provider is?"""
        return bool(self.lines) or self.claim is not None


@frozen
class Lesson:
    """What one instance learned, and all should know (Unix seconds).

    `rest`: the key with the handle `subject` is left alone until then, for one model or for all
    (None). `low`: it has nothing left until then, and is about to be refused. `open`: the breaker
    of the target `subject` (`provider/model`) opened at `since`, until then.
    """

    kind: Literal["rest", "low", "open"]
    subject: str
    until: float
    model: str | None = None
    since: float = 0.0


@frozen
class News:
    """What one trip to the store can tell besides."""

    learned: tuple[Lesson, ...] = ()
    catalogue_version: int | None = None
    #: The books had that outcome before, and nothing was changed: always told of a late one.
    known: bool = False


NO_NEWS = News()


@frozen
class Verdict:
    """The answer to a hold."""

    admitted: bool
    #: What did not fit, if that is why.
    denial: Denial | None = None
    headroom: tuple[Headroom, ...] = ()
    #: What would not have fitted, were it enforced.
    shadowed: tuple[Denial, ...] = ()
    news: News = NO_NEWS
    degraded: bool = False
    #: The claim was made before, by another request: this one is not admitted.
    repeat: Repeat | None = None


@frozen
class Outcome:
    """How it went: the receipt, and what was learned on the way."""

    receipt: Receipt
    learned: tuple[Lesson, ...] = ()
    #: The answer itself, for the claim of this request; None: not to be kept.
    answer: StoredAnswer | None = None
    #: It is told again, or long after it happened: books remember for weeks that they have it.
    late: bool = False


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


def reserved(body_bytes: int, max_tokens: int | None) -> Amounts:
    """Tokens to reserve: an upper bound for what goes in, and what was asked for to come out. A
    bound that is nonsense is the provider's to judge; the books have columns."""
    output = DEFAULT_OUTPUT_TOKENS if max_tokens is None else max_tokens
    return Amounts(
        min(estimate_input_tokens(body_bytes), MOST_TOKENS), min(max(0, output), MOST_TOKENS)
    )


def hold(
    opened: Receipt,
    *,
    provider: str,
    until: float,
    amounts: Amounts = NOTHING,
    limits: Limits = UNLIMITED,
    now: float = 0.0,
    claim: Claim | None = None,
) -> Hold:
    """The hold of one request: the caller's side, and the first choice's. `now`: Unix seconds."""
    subjects = (
        "deployment",
        f"client:{opened.client}",
        f"model:{opened.model}",
        f"provider:{provider}",
    )
    return Hold(
        id=opened.request_id,
        subjects=subjects,
        tokens=amounts.of("tokens"),
        until=until,
        opened=opened,
        claim=claim,
        lines=limits.lines(subjects, amounts, now),
    )


def moved(
    held: Hold,
    provider: str,
    *,
    amounts: Amounts = NOTHING,
    limits: Limits = UNLIMITED,
    now: float = 0.0,
) -> Hold:
    """The hold with its provider-side lines on another provider."""
    theirs = f"provider:{provider}"
    kept = tuple(subject for subject in held.subjects if not _of_provider(subject))
    lines = tuple(line for line in held.lines if not _of_provider(line.subject))
    added = limits.lines((theirs,), amounts, now)
    return evolve(held, subjects=(*kept, theirs), lines=lines + added)


def _of_provider(subject: str) -> bool:
    return subject.startswith("provider:")
