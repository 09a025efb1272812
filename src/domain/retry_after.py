"""When to come back: every grammar in which providers say it, as seconds.

RFC 9110 section 10.2.3 (Retry-After), OpenAI's and Azure's `retry-after-ms` and
`x-ratelimit-reset-*`, Anthropic's `anthropic-ratelimit-*-reset`, google.rpc.RetryInfo in bodies.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MILLISECONDS = re.compile(r"\d{1,9}(\.\d{1,3})?")
_SECONDS = re.compile(r"\d{1,9}(\.\d+)?")
_GO_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?")
_RETRY_DELAY = re.compile(r'"retryDelay"\s*:\s*"(\d{1,9}(?:\.\d+)?)s"')
#: Also in several parts, as Go writes durations: `7m54.3s`.
_PART = r"(\d{1,9}(?:\.\d{1,9})?)\s?(ms|h|m|s)"
_TRY_AGAIN = re.compile(rf"(?i)try again in ((?:{_PART})+)(?![a-z])")
_PARTS = re.compile(_PART, re.IGNORECASE)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

#: A hint outside these bounds is brought to the nearer one (reliability: a day's rest by a typo).
SHORTEST, LONGEST = 0.25, 3600.0

_OPENAI = ("requests", "tokens")
_ANTHROPIC = ("requests", "tokens", "input-tokens", "output-tokens")


def parse(headers: Mapping[str, str], body: str, now: float) -> float | None:
    """Seconds until the provider wants to hear from us again; None if it did not say. `now`
    (Unix seconds) is used where an answer to a date lacks a `Date` of its own."""
    said = (
        _milliseconds(headers.get("retry-after-ms")),
        _retry_after(headers, now),
        _resets(headers, now),
        _in_body(body),
    )
    found = next((seconds for seconds in said if seconds is not None), None)
    return None if found is None else min(max(found, SHORTEST), LONGEST)


def used_up(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until a key has anything left of a quota that this very answer used up; None if it
    has, or the provider did not say."""
    found = _resets(headers, now)
    return None if found is None else min(found, LONGEST)


def remaining(headers: Mapping[str, str]) -> dict[str, str]:
    """What a provider says is left of its limits: `requests` -> "59"."""
    names = {f"x-ratelimit-remaining-{what}": what for what in _OPENAI}
    names |= {f"anthropic-ratelimit-{what}-remaining": what for what in _ANTHROPIC}
    return {what: headers[name].strip()[:32] for name, what in names.items() if name in headers}


def _milliseconds(value: str | None) -> float | None:
    if value is None or not _MILLISECONDS.fullmatch(value.strip()):
        return None
    return float(value) / 1000


def _retry_after(headers: Mapping[str, str], now: float) -> float | None:
    value = headers.get("retry-after", "").strip()
    first = value.partition(",")[0].strip()  # sent twice, it comes joined; dates begin with a word
    if _SECONDS.fullmatch(first):
        return float(first)
    until = http_date(value)
    if until is None:
        return None
    # Against the answer's own clock: ours may be wrong (RFC 9110 section 6.6.1).
    sent = http_date(headers.get("date", ""))
    left = until - (now if sent is None else sent)
    return left if left > 0 else None


def http_date(value: str) -> float | None:
    """IMF-fixdate, RFC 850 or asctime, always GMT."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _resets(headers: Mapping[str, str], now: float) -> float | None:
    found: list[float] = []
    for what in _OPENAI:
        if headers.get(f"x-ratelimit-remaining-{what}", "").strip() == "0":
            found += _go_duration(headers.get(f"x-ratelimit-reset-{what}", "").strip())
    for what in _ANTHROPIC:
        if headers.get(f"anthropic-ratelimit-{what}-remaining", "").strip() == "0":
            found += _instant(headers.get(f"anthropic-ratelimit-{what}-reset", ""), now)
    return max(found, default=None)


def _go_duration(value: str) -> list[float]:
    # Azure sends -1 and 0 for "unknown"; neither passes.
    if _SECONDS.fullmatch(value):
        return [float(value)] if float(value) > 0 else []
    match = _GO_DURATION.fullmatch(value)
    if match is None or not value:
        return []
    hours, minutes, seconds, millis = (float(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds + millis / 1000
    return [total] if total > 0 else []


def _instant(value: str, now: float) -> list[float]:
    """RFC 3339."""
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        return []
    at = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    return [at - now] if at > now else []


def _in_body(body: str) -> float | None:
    if match := _RETRY_DELAY.search(body):
        return float(match[1]) or None
    if match := _TRY_AGAIN.search(body):
        parts = _PARTS.findall(match[1])
        return sum(float(number) * _UNITS[unit.lower()] for number, unit in parts) or None
    return None
