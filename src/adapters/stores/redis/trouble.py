"""What a Redis server or Upstash complain of, as StoreUnavailable that says what to do."""

import re
from collections.abc import Iterable

from attrs import frozen

from ....domain.errors import (
    NotStorable,
    StoreForbids,
    StoreOverQuota,
    StoreRefused,
    StoreUnavailable,
)
from ....domain.redaction import scrub
from .layout import MEND

#: More of a server's text than this is not read by anybody.
LONGEST = 200

#: https://upstash.com/docs/redis/troubleshooting/max_requests_limit, .../max_daily_request_limit,
#: .../db_capacity_quota_exceeded. They come as plain ERR.
_QUOTA = re.compile(
    r"ERR (?:max (?:daily |monthly |concurrent )?(?:requests?|commands?|data size|bandwidth"
    r"|connections?)(?: limit)? exceeded|DB capacity quota exceeded)",
    re.IGNORECASE,
)
#: .../max_request_size_exceeded, .../max_record_size_exceeded; the other two are Redis's own.
_TOO_LARGE = re.compile(
    r"ERR (?:max (?:single )?(?:request|record|key|value) size exceeded"
    r"|string exceeds maximum allowed|Protocol error: invalid bulk length)",
    re.IGNORECASE,
)
_WRONG_PASSWORD = re.compile(
    r"(?:ERR )?(?:invalid password|AUTH <password> called without|Client sent AUTH, but no)"
)

#: What to do, by the first word of an error reply
#: (https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors).
_MENDS = {
    "READONLY": "it is a replica: give the address of the primary",
    "OOM": "its memory is full: give it more, and `maxmemory-policy noeviction`",
    "LOADING": "it is reading its data: wait until it has started",
    "MISCONF": "it cannot save to its disk: look at its log",
    "BUSY": "it is at a long script of somebody else's: wait, or SCRIPT KILL",
    "NOPERM": "its user may not run this: allow it scripts and the keys of this namespace",
    "CLUSTERDOWN": "its cluster is down: mend it",
    "MASTERDOWN": "it lost its primary: mend that",
    "TRYAGAIN": "its cluster is moving keys: wait",
    "NOREPLICAS": "it waits for replicas: mend them, or `min-replicas-to-write 0`",
    "NEWER": f"its books were written by a newer relay: {MEND}",
    "WRONGTYPE": "somebody else writes keys of this namespace: choose another RELAY_NAMESPACE",
}
_MENDS |= dict.fromkeys(
    ("MOVED", "ASK", "CROSSSLOT"), "it is one node of a cluster: give the address of a single one"
)
_NOT_ALLOWED = frozenset({"WRONGPASS", "NOAUTH"})


@frozen
class Complaint:
    """An error reply, as the server wrote it."""

    text: str


def said(text: str, secrets: Iterable[str] = ()) -> str:
    """A server's text, fit to be shown: one line, short, without these secrets."""
    line = " ".join(scrub(text[: LONGEST * 8], secrets).split())
    shown = "".join(letter if letter.isprintable() else "?" for letter in line)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "..."


def of_everything(text: str) -> bool:
    """Would the server answer any command like this? Then no command of a trip was done."""
    return bool(_forbids(text) or _QUOTA.match(text))


def refused(where: str, text: str, secrets: Iterable[str] = ()) -> StoreUnavailable:
    """The error for one reply that is an error. `where` names the server, without a secret."""
    shown = said(text, secrets)
    if _TOO_LARGE.match(text):
        return NotStorable(f"{where}: this is more than it takes ({shown})")
    if _QUOTA.match(text):
        mend = "its plan is used up: wait for the next period, or raise the plan"
        return StoreOverQuota(f"{where}: {mend} ({shown})")
    if _forbids(text):
        return StoreForbids(f"{where}: it does not accept our {_credential(where)} ({shown})")
    mend = _MENDS.get(_first(text), "")
    return StoreRefused(f"{where}: {mend} ({shown})" if mend else f"{where}: {shown}", shown)


def _forbids(text: str) -> bool:
    return _first(text) in _NOT_ALLOWED or bool(_WRONG_PASSWORD.match(text))


def _credential(where: str) -> str:
    return "token: mend it" if where.startswith("http") else "password: mend REDIS_URL"


def _first(text: str) -> str:
    return text.partition(" ")[0]
