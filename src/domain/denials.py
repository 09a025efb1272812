"""What a caller is told of limits: why a request may not begin, and what is left."""

from collections.abc import Iterable

from .errors import BudgetExceeded, ExceedsLimit, LimitReached, Refusal
from .gauges import Denial, Headroom
from .lines import Line
from .receipt import Left

#: Microseconds in a second.
_SECOND = 1e6
_METRICS = {
    "requests": "requests",
    "tokens": "tokens",
    "input_tokens": "input tokens",
    "output_tokens": "output tokens",
    "cost": "money",
    "concurrency": "concurrent requests",
}


def of_provider(denial: Denial) -> bool:
    """Is it a limit of the relay's own for a provider? Another one may have room."""
    return denial.line.subject.startswith(("provider:", "key:"))


def refusal(denial: Denial) -> Refusal:
    """402 for money, 413 for what can never fit, else 429 (design, section 5)."""
    line = denial.line
    if denial.never:
        return ExceedsLimit(
            f"This request may need {_amount(line, line.amount)}, and the limit of {_of(line)} is"
            f" {_amount(line, line.limit)}: it can never fit. Ask for less{_mend(line)}."
        )
    after = None if denial.wait is None else denial.wait / _SECOND
    kind = BudgetExceeded if line.metric == "cost" else LimitReached
    again = "" if after is None else f" This request fits again in {_seconds(after)} s."
    return kind(
        f"The limit of {_of(line)} is reached: {_amount(line, line.limit)}.{again}",
        retry_after=after,
    )


def unpriced(target: str) -> Refusal:
    """Money is limited, and nobody can tell what this would cost."""
    return BudgetExceeded(
        f"The price of {target} is not known, and money is limited here: give it one (`prices`), or"
        ' set server.unknown_price = "zero".'
    )


def left(headroom: Iterable[Headroom]) -> tuple[Left, ...]:
    """Of requests and of tokens, the tightest limit that the caller has to do with."""
    tightest: dict[str, Left] = {}
    for one in headroom:
        line = one.line
        if line.metric in ("requests", "tokens") and not line.subject.startswith("provider:"):
            found = tightest.get(line.metric)
            if found is None or one.remaining < found.remaining:
                tightest[line.metric] = Left(line.metric, line.limit, one.remaining, one.reset)
    return tuple(tightest[metric] for metric in sorted(tightest))


def _of(line: Line) -> str:
    if line.metric == "concurrency":
        return f"{_METRICS[line.metric]} for {line.subject}"
    per = "in total" if line.window == "total" else f"per {line.window}"
    return f"{_METRICS[line.metric]} {per} for {line.subject}"


def _amount(line: Line, amount: int) -> str:
    if line.metric == "cost":
        whole, rest = divmod(amount, 10**9)
        return f"{whole}.{rest:09} USD"
    return f"{amount} {_METRICS[line.metric]}"


def _mend(line: Line) -> str:
    bounded = line.metric in ("tokens", "output_tokens", "cost")
    return ", or set a lower max_tokens" if bounded else ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}"
