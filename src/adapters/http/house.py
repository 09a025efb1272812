"""What the HTTP adapter was given to work with, and one visit to it."""

from collections.abc import Awaitable, Callable

from attrs import define, field, frozen

from ...application.directory import Directory
from ...application.receipts import Receipts
from ...application.relay import Relay
from ...domain import access
from ...domain.access import Principal
from ...domain.legacy_tokens import LegacyTokens
from ...domain.ports import Clock, Observer
from .asgi import Receive, Scope, Send
from .caller import BEAT
from .errors import Told

NOBODY = Principal("")


async def _nothing() -> None:
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
    #: What stood for the `*` of the route.
    rest: str = ""

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def told(self) -> Told:
        """In which dialect errors are told: by the path, and, where it is nobody's own, by a header
        that only Anthropic's clients send."""
        openais = self.path.startswith("/v1/chat/") or "anthropic-version" not in self.headers
        anthropics = self.path.startswith("/v1/messages") or not openais
        return Told("anthropic_messages" if anthropics else "openai_chat", self.id)

    @property
    def credential_given(self) -> bool:
        return access.presented(self.headers) is not None
