"""One request as the relay gets it: understood, authenticated, not yet planned."""

from attrs import field, frozen

from ..domain.catalogue import Delivery
from ..domain.dialects.openai_chat.request import ChatRequest

ENDPOINT = "chat.completions"


@frozen
class Knobs:
    """What a caller may set by header. `timeout`: seconds for the whole request; `delivery=None`:
    as the virtual model says."""

    timeout: float | None = None
    delivery: Delivery | None = None
    idempotency_key: str = field(default="", repr=False)
    fallbacks: tuple[str, ...] = ()
    tags: str = ""


@frozen
class Request:
    """`received` and all deadlines are monotonic seconds; `at` is Unix seconds."""

    id: str
    chat: ChatRequest
    client: str
    received: float
    at: float
    #: Headers on the allow-list, to go on to the provider.
    forward: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: All headers, lower case, for routes; never logged, never forwarded.
    headers: dict[str, str] = field(factory=dict, repr=False)
    knobs: Knobs = Knobs()
    client_request_id: str = ""
