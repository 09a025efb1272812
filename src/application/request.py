"""One request as the relay gets it: understood, authenticated, not yet planned."""

from hashlib import sha256
from typing import Literal

from attrs import field, frozen

from ..domain.blocks import Dialect
from ..domain.catalogue import Delivery
from ..domain.dialects.codec import Asked

Endpoint = Literal["chat.completions", "messages", "messages.count_tokens"]


@frozen
class Knobs:
    """What a caller may set by header. `timeout`: seconds for the whole request; `delivery=None`:
    as the virtual model says."""

    timeout: float | None = None
    delivery: Delivery | None = None
    idempotency_key: str = field(default="", repr=False)
    fallbacks: tuple[str, ...] = ()
    tags: str = ""
    #: A conversation: it stays with its target and key while they are well.
    session: str = field(default="", repr=False)

    @property
    def affinity(self) -> int | None:
        """The session's place in every rotation; None without one."""
        if not self.session:
            return None
        return int.from_bytes(sha256(self.session.encode()).digest()[:8])


@frozen
class Request:
    """`received` and all deadlines are monotonic seconds; `at` is Unix seconds."""

    id: str
    asked: Asked
    client: str
    received: float
    at: float
    #: The dialect that the caller speaks, and what it called.
    dialect: Dialect = "openai_chat"
    endpoint: Endpoint = "chat.completions"
    #: Headers on the allow-list, to go on to the provider.
    forward: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: What of its query goes on too, where the provider speaks the caller's dialect.
    query: str = ""
    #: All headers, lower case, for routes; never logged, never forwarded.
    headers: dict[str, str] = field(factory=dict, repr=False)
    knobs: Knobs = Knobs()
    #: When it has to be over, by what the platform says; None: as long as all others may take.
    ends: float | None = None
    client_request_id: str = ""

    @property
    def counts(self) -> bool:
        """Only its tokens are to be counted."""
        return self.endpoint == "messages.count_tokens"
