"""Is each record sound by itself: names, URLs, prefixes, timeouts, headers, time zones?"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import asdict

from ..catalogue import ClientKey, Provider, Route, Snapshot, Timeouts, VirtualModel
from ..errors import Problem
from ..index import PREFIX_ENDS
from ..pricing import MOST_PRICE

#: The relay sets these itself, or they belong to the connection (RFC 9110, 7.6.1).
RESERVED_HEADERS = frozenset(
    (
        *("authorization", "x-api-key", "api-key", "x-goog-api-key", "proxy-authorization"),
        *("host", "content-length", "transfer-encoding", "accept-encoding", "expect"),
        *("cookie", "set-cookie", "connection", "keep-alive", "upgrade", "te", "trailer"),
    )
)

_PROVIDER_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,126}[^\s\x00-\x1f\x7f])?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.1: a token
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110, 5.5

Records = Sequence[Provider | VirtualModel | Route | ClientKey]


def duplicates(snapshot: Snapshot) -> Iterator[Problem]:
    """Names that are taken or that nobody could write, and one key given to two clients."""
    sections: dict[str, Records] = {
        "providers": snapshot.providers,
        "virtual_models": snapshot.virtual_models,
        "routes": snapshot.routes,
        "client_keys": snapshot.client_keys,
    }
    for section, records in sections.items():
        seen: set[str] = set()
        for i, record in enumerate(records):
            path = f"{section}[{i}].name"
            if record.name in seen:
                mend = "Choose another name."
                yield Problem(path, f"`{record.name}` is taken by an earlier one.", mend)
            seen.add(record.name)
            if section != "providers" and not _NAME.fullmatch(record.name):
                mend = "Use 1 to 128 characters, no line break, no space at the ends."
                yield Problem(path, "has characters no name may have, or too many.", mend)
    yield from _shared_keys(snapshot.client_keys)


def _shared_keys(keys: Sequence[ClientKey]) -> Iterator[Problem]:
    owners: dict[bytes, str] = {}
    for i, key in enumerate(keys):
        if key.digest in owners:
            what = f"is the same key as that of `{owners[key.digest]}`."
            yield Problem(f"client_keys[{i}]", what, "Give each client a key of its own.")
        owners.setdefault(key.digest, key.name)


def providers(snapshot: Snapshot) -> Iterator[Problem]:
    """What is wrong with a provider, whatever the others are."""
    for i, provider in enumerate(snapshot.providers):
        yield from _provider(f"providers[{i}]", provider)


def _provider(path: str, provider: Provider) -> Iterator[Problem]:
    if not _PROVIDER_NAME.fullmatch(provider.name):
        mend = "Use letters, digits, `_`, `.` and `-`, at most 64."
        yield Problem(f"{path}.name", "has characters a provider's name may not have.", mend)
    if fault := url_fault(provider.base_url):
        yield Problem(f"{path}.base_url", fault, "Write it like `https://api.example.com/v1`.")
    for j, prefix in enumerate(provider.prefixes):
        if not prefix.endswith(PREFIX_ENDS):
            mend = "End it so, or list the full name under `models`."
            what = f"`{prefix}` does not end in one of {' '.join(PREFIX_ENDS)}"
            yield Problem(f"{path}.prefixes[{j}]", what, mend)
    for j, key in enumerate(provider.keys):
        if key.weight < 1:
            yield Problem(f"{path}.keys[{j}].weight", "is below 1.", "Use a whole number from 1.")
    yield from _timeouts(f"{path}.timeouts", provider.timeouts)
    for model, timeouts in provider.model_timeouts.items():
        yield from _timeouts(f"{path}.model_timeouts.{model}", timeouts)
    yield from _prices(path, provider)
    yield from _headers(path, provider)


def _prices(path: str, provider: Provider) -> Iterator[Problem]:
    for model, price in provider.prices.items():
        if not 0 <= min(price.input, price.output, price.read, price.written):
            yield Problem(f"{path}.prices.{model}", "is below 0.", "Give 0 for what is free.")
        if max(price.dearest, price.output) > MOST_PRICE:
            mend = "Prices are in USD per million tokens."
            yield Problem(f"{path}.prices.{model}", "is more than 100,000 USD.", mend)


def url_fault(url: str) -> str | None:
    """What is wrong with a provider's base URL; None: nothing. The URL itself is not repeated:
    it may carry a password."""
    if url == "demo:":
        return None
    if not url.isascii() or re.search(r"[\x00-\x20\x7f\\]", url):
        return "has characters a URL may not have."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not a URL."
    if parts.scheme not in ("http", "https"):
        return "does not begin with http:// or https://."
    if not host or port == 0:
        return "has no host, or no port one can call."
    if "@" in parts.netloc:
        return "carries a user name or password; keys belong under `keys`."
    if "?" in url or "#" in url:
        return "has a query or a fragment."
    return None


def _timeouts(path: str, timeouts: Timeouts) -> Iterator[Problem]:
    for name, seconds in asdict(timeouts).items():
        if not 0 < seconds < float("inf"):
            mend = "A wait is a number of seconds above 0."
            yield Problem(f"{path}.{name}", "is not above 0.", mend)


def _headers(path: str, provider: Provider) -> Iterator[Problem]:
    given = [(f"headers.{name}", name, value) for name, value in provider.headers]
    if provider.user_agent is not None:
        given.append(("user_agent", "user-agent", provider.user_agent))
    for where, name, value in given:
        if not _HEADER_NAME.fullmatch(name):
            yield Problem(f"{path}.{where}", "is not a header name (RFC 9110, 5.1).")
        if name.lower() in RESERVED_HEADERS:
            mend = "Leave it out; for the key use `header_style`."
            yield Problem(f"{path}.{where}", "is set by the relay itself.", mend)
        if not _HEADER_VALUE.fullmatch(value):
            mend = "Use one line of Latin letters."
            yield Problem(f"{path}.{where}", "has characters a header may not carry.", mend)


def limits(snapshot: Snapshot) -> Iterator[Problem]:
    """What is wrong with a limit."""
    for i, limit in enumerate(snapshot.limits):
        if not zone_exists(limit.timezone):
            mend = "Use an IANA name like `Europe/Berlin` or `UTC`."
            yield Problem(f"limits[{i}].timezone", "is no time zone.", mend)
        if limit.limit < 0:
            yield Problem(f"limits[{i}].limit", "is below 0.", "Give 0 or more.")


def zone_exists(name: str) -> bool:
    """Is that an IANA time zone (`Europe/Berlin`)?"""
    if name == "UTC":
        return True  # also where the machine has no time zone data
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: `Europe` alone is a folder
        return False
    return True
