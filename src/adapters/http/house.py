"""What the HTTP adapter was given to work with, and one visit to it."""

from collections.abc import Awaitable, Callable, Mapping

from attrs import define, field, frozen

from ...application.directory import Directory
from ...application.receipts import Receipts
from ...application.relay import Relay
from ...domain import access
from ...domain.access import Principal
from ...domain.legacy_tokens import LegacyTokens
from ...domain.ports import Clock, Observer
from ...domain.setup import Lack
from .asgi import Receive, Scope, Send
from .caller import BEAT
from .errors import Told

NOBODY = Principal("")


async def _nothing() -> None:
    return None


def _for_ever() -> None:
    return None


@frozen
class House:
    """Everything the handlers need. `since`: Unix seconds of the start, shown as models' age."""

    relay: Relay
    directory: Directory
    receipts: Receipts
    clock: Clock
    observer: Observer
    new_id: Callable[[], str]
    max_body_bytes: int
    since: int
    beat: float = BEAT
    legacy: LegacyTokens = access.NO_TOKENS
    #: Is memory all there is, where instances come and go?
    forgetful: bool = False
    #: Seconds that the platform leaves the request that is being served; None: it does not say.
    time_left: Callable[[], float | None] = _for_ever
    #: What is not configured yet, for whoever looks.
    lacks: tuple[Lack, ...] = ()
    #: Digests of the secrets that let the operator in; a job of the platform's has one.
    operators: tuple[bytes, ...] = field(default=(), repr=False)
    #: The housekeeping of a day.
    daily: Callable[[], Awaitable[None]] = _nothing
    #: Makes ready what the first request needs.
    open: Callable[[], Awaitable[None]] = _nothing
    #: Closes what the process holds open, once the last request is over.
    close: Callable[[], Awaitable[None]] = _nothing


@define
class Visit:
    """One request, from its headers on."""

    scope: Scope
    receive: Receive
    send: Send
    headers: dict[str, str] = field(repr=False)
    id: str
    received: float
    at: float
    principal: Principal = NOBODY
    #: When it has to be over (monotonic).
    ends: float | None = None
    #: What stood for the `*` of the route.
    rest: str = ""

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def told(self) -> Told:
        return told_to(self.path, self.headers, self.id)

    @property
    def credential_given(self) -> bool:
        return access.presented(self.headers) is not None


def told_to(path: str, headers: Mapping[str, str], id: str) -> Told:
    """In which dialect errors are told: by the path, and, where it is nobody's own, by a header
    that only Anthropic's clients send."""
    openais = path.startswith("/v1/chat/") or "anthropic-version" not in headers
    anthropics = path.startswith("/v1/messages") or not openais
    return Told("anthropic_messages" if anthropics else "openai_chat", id)
