"""Upstash's REST API in terms of RESP2: what is asked, what may be, what is answered.

https://upstash.com/docs/redis/features/restapi
"""

import base64
import json
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from attrs import frozen

from .resp import Error, Status, Value

#: What makes no sense over HTTP, or is not for tenants
#: (https://upstash.com/docs/redis/overall/rediscompatibility).
_NOT_THERE = frozenset(
    b"SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR BLPOP BRPOP"
    b" BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WATCH UNWATCH MULTI EXEC DISCARD"
    b" AUTH HELLO SELECT CLIENT CONFIG SHUTDOWN REPLICAOF SLAVEOF DEBUG RESET QUIT".split()
)
#: A read-only token may do these, and neither KEYS nor SCAN.
_READING = frozenset(
    b"GET MGET STRLEN GETRANGE EXISTS TTL PTTL TYPE HGET HMGET HGETALL HLEN HEXISTS HKEYS HVALS"
    b" LRANGE LLEN LINDEX SCARD SMEMBERS SISMEMBER ZRANGE ZCARD ZSCORE PING ECHO DBSIZE".split()
)

Command = list[bytes]


class Malformed(Exception):
    """No command can be made of it; the text is the answer's."""


@frozen
class Asked:
    """One HTTP request: its commands, and the shape of the answer."""

    commands: list[Command]
    shape: str  # one, pipeline or multi-exec


def asked(method: str, target: str, body: bytes) -> Asked:
    """Raises Malformed."""
    parts = urlsplit(target)
    path = parts.path.strip("/")
    if path in ("pipeline", "multi-exec"):
        return Asked([_command(one) for one in _array(body)], path)
    if not path:
        return Asked([_command(_array(body))], "one")
    words = [unquote_to_bytes(word) for word in path.split("/")]
    if method in ("POST", "PUT") and body:
        words.append(body)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name != "_token":
            words += [word.encode() for word in (name, value) if word]
    return Asked([words], "one")


def token_of(target: str, headers: dict[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return dict(parse_qsl(urlsplit(target).query)).get("_token", "")


def barred(command: Command, *, read_only: bool) -> Error | None:
    """The error for a command that is not to be had, or not with a read-only token."""
    name = command[0].upper()
    shown = command[0].decode("utf-8", "replace")
    if name in _NOT_THERE:
        see = "See https://upstash.com/docs/redis/overall/rediscompatibility for details"
        return Error(f"ERR Command is not available: '{shown.upper()}'. {see}")
    if read_only and name not in _READING:
        return Error(
            f"NOPERM this user has no permissions to run the '{shown.lower()}' command"
            " or its subcommand"
        )
    return None


def member(value: Value, *, encoded: bool) -> dict[str, object]:
    if isinstance(value, Error):
        return {"error": value.text}
    return {"result": _json(value, encoded)}


def _json(value: Value, encoded: bool) -> object:
    match value:
        case Status("OK"):
            return "OK"  # the one string that is never encoded
        case Status(text):
            return _text(text.encode(), encoded)
        case bytes():
            return _text(value, encoded)
        case Error(text):
            return {"error": text}
        case list():
            return [_json(one, encoded) for one in value]
    return value


def _text(raw: bytes, encoded: bool) -> str:
    return base64.b64encode(raw).decode() if encoded else raw.decode("utf-8", "replace")


def _array(body: bytes) -> list[object]:
    try:
        found = json.loads(body)
    except ValueError:
        raise Malformed("ERR failed to parse request body as JSON") from None
    if not isinstance(found, list) or not found:
        raise Malformed("ERR request body must be a non-empty JSON array")
    return found


def _command(words: object) -> Command:
    if not isinstance(words, list) or not words:
        raise Malformed("ERR empty command")
    return [_argument(word) for word in words]


def _argument(word: object) -> bytes:
    """Numbers and booleans as JSON writes them."""
    if isinstance(word, str):
        return word.encode("utf-8", "replace")
    if isinstance(word, bool | int | float):
        return json.dumps(word).encode()
    raise Malformed("ERR unsupported argument type in command")
