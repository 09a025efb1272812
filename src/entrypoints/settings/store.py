"""Which store the environment names: a Redis, an Upstash database, or none.

On a server REDIS_URL goes before a REST address, because a kept connection is cheaper; on Vercel
it is the other way round. Upstash's integration sets both, for one database.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from attrs import frozen

from ...domain.errors import Problem
from .values import Store

#: In this order. Vercel lets people put a prefix of theirs before them.
_FAMILIES = (
    ("KV_REST_API_URL", "KV_REST_API_TOKEN"),
    ("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"),
)
#: KV_URL is what Upstash's integration calls the same address.
_TCP = ("REDIS_URL", "KV_URL")

_OURS = re.compile(
    r"(?:\w+_)?(?:KV_URL|REDIS_URL|KV_REST_API_(?:READ_ONLY_)?(?:URL|TOKEN)"
    r"|UPSTASH_REDIS_REST_(?:URL|TOKEN))"
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@frozen
class Found:
    """The store, and what the operator should know."""

    store: Store
    notices: tuple[str, ...] = ()


def store(environ: Mapping[str, str], faults: list[Problem], *, on_vercel: bool) -> Found:
    """What cannot be used becomes a fault, and is no store."""
    tcp, rest = _over_tcp(environ, faults), _over_rest(environ, faults)
    ranked = [one for one in ((rest, tcp) if on_vercel else (tcp, rest)) if one is not None]
    if not ranked:
        return Found(Store("memory" if on_vercel else "file"))
    first, *others = ranked
    return Found(first, (*_in_the_clear(first), *_passed_over(first, others, on_vercel)))


def names(environ: Mapping[str, str]) -> frozenset[str]:
    """Those variables that may name a store, whatever stands before."""
    return frozenset(filter(_OURS.fullmatch, environ))


def _over_tcp(environ: Mapping[str, str], faults: list[Problem]) -> Store | None:
    for name in _TCP:
        if url := _plain(environ, name):
            return _checked(Store("redis", url, "", name), ("redis", "rediss"), faults)
    return None


def _over_rest(environ: Mapping[str, str], faults: list[Problem]) -> Store | None:
    whole = [pair for pair in _pairs(environ, faults) if pair is not None]
    bare = [one for one in whole if any(one.variable == url for url, _ in _FAMILIES)]
    found = bare[:1] or whole
    if len({one.url for one in found}) > 1:
        listed = " and ".join(one.variable for one in found)
        mend = "Set KV_REST_API_URL and KV_REST_API_TOKEN to the one that is meant."
        faults.append(Problem(found[0].variable, f"is one of several stores: {listed}.", mend))
        return None
    return _checked(found[0], ("https", "http"), faults) if found else None


def _pairs(environ: Mapping[str, str], faults: list[Problem]) -> Iterator[Store | None]:
    """Every URL with its token; half of a pair is a fault."""
    for url_name, token_name in _FAMILIES:
        prefixes = {name[: -len(url_name)] for name in environ if name.endswith("_" + url_name)}
        for prefix in ("", *sorted(prefixes)):
            url, token = (_plain(environ, prefix + name) for name in (url_name, token_name))
            if url and token:
                yield Store("upstash", url, token, prefix + url_name)
            elif url or token:
                there, missing = prefix + url_name, prefix + token_name
                there, missing = (there, missing) if url else (missing, there)
                mend = f"Set {missing} too; both are on the database's page at Upstash."
                faults.append(Problem(missing, f"is missing, and {there} is set.", mend))
                yield None


def _plain(environ: Mapping[str, str], name: str) -> str:
    """As it was meant: without the white space and the quotes that come along when pasting."""
    return environ.get(name, "").strip().strip("\"'").strip()


def _checked(found: Store, schemes: tuple[str, str], faults: list[Problem]) -> Store | None:
    """The store, if its address can be one. No message repeats it: it may hold a password."""
    try:
        parts = urlsplit(found.url)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    else:
        good = good and parts.scheme in schemes
        good = good and not (found.kind == "upstash" and "@" in parts.netloc)
    if good and not re.search(r"\s", found.url):
        return found
    example = "rediss://default:password@host:6379"
    if found.kind == "upstash":
        example = "https://name.upstash.io; an address with `redis` in front is REDIS_URL's"
    faults.append(Problem(found.variable, "is no address of a store.", f"Write {example}."))
    return None


def _in_the_clear(found: Store) -> Iterator[str]:
    parts = urlsplit(found.url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        yield f"{found.variable} has no https: its token can be read on the way."


def _passed_over(first: Store, others: list[Store], on_vercel: bool) -> Iterator[str]:
    for other in others:
        if urlsplit(other.url).hostname != urlsplit(first.url).hostname:
            where = "on Vercel" if on_vercel else "on a server"
            yield f"{other.variable} is another store and not used: {where} {first.variable} is."
