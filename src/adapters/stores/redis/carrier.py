"""What the books on Redis stand on: something that carries scripts and commands to the server."""

import hashlib
from collections.abc import Sequence
from typing import Protocol, TypeAlias

from attrs import field, frozen

#: What the server answers, the same over both carriers (RESP2). A simple string ("OK") comes as
#: bytes too.
Reply: TypeAlias = int | bytes | list["Reply"] | None


@frozen
class Script:
    """A Lua script. Its keys are all in KEYS; it makes up none of its own."""

    name: str
    text: str = field(repr=False)
    #: What the server knows it by, once it has seen it.
    sha1: str = field(init=False, repr=False)

    @sha1.default
    def _hash(self) -> str:
        # The server's own name for a script (EVALSHA), no matter of security.
        return hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()


@frozen
class Refused:
    """The error reply of one command among several; `message` is the server's text."""

    message: str


class Carrier(Protocol):
    """One trip to the server for each call, and never a second one on its own account.

    Raises StoreUnavailable, in one of its kinds, and nothing else; no message holds a secret.
    Whoever calls may be cancelled at any moment: what was sent may then have been done or not,
    as after StoreUnreachable. All that is asked here is therefore safe to be asked again.
    Keys and arguments are text; anything else is a TypeError, half a surrogate pair NotStorable.
    """

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        """Runs a script. One trip; a second one only when the server answers that it does not
        know the script, which it then has not run."""
        ...

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        """Several commands in one trip, in their order, each with its own answer. No transaction:
        one that is refused does not stop those after it. Raises when the trip itself fails, and
        when the server refuses all alike (quota, password)."""
        ...

    async def aclose(self) -> None:
        """Closes every connection. Calls after that raise StoreUnreachable."""
        ...
