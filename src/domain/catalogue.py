"""Configuration as values: what the operator has, nothing of how it was written down."""

from collections.abc import Mapping
from typing import Literal

from attrs import Factory, field, frozen

from .blocks import Dialect
from .pricing import Price

Strategy = Literal["ordered", "round_robin", "weighted"]
HeaderStyle = Literal["bearer", "x-api-key", "api-key", "none"]
Delivery = Literal["live", "whole"]


@frozen
class Timeouts:
    """How long to wait for a provider, in seconds; `answer` bounds what is not streamed."""

    connect: float = 5.0
    headers: float = 60.0
    first_event: float = 60.0
    idle: float = 120.0
    answer: float = 600.0
    drain: float = 30.0


@frozen
class ProviderKey:
    """One key of a pool. `handle` is a keyed fingerprint: safe to log and to show."""

    handle: str
    secret: str = field(repr=False)
    weight: int = 1
    label: str = ""
    source: Literal["environment", "file", "administrator", "built-in"] = "file"


@frozen
class Target:
    """A model at a provider. `provider=None`: `model` is itself a name to resolve."""

    provider: str | None
    model: str
    weight: int = 1
    tier: int = 0

    def __str__(self) -> str:
        return self.model if self.provider is None else f"{self.provider}/{self.model}"


@frozen
class Provider:
    """One upstream. `fallbacks` hold targets; a target without a model keeps the asked one ('')."""

    name: str
    base_url: str
    dialect: Dialect = "openai_chat"
    header_style: HeaderStyle = "bearer"
    keys: tuple[ProviderKey, ...] = ()
    models: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    fallbacks: tuple[Target, ...] = ()
    timeouts: Timeouts = Timeouts()
    #: For single models, over those of the provider.
    model_timeouts: Mapping[str, Timeouts] = field(factory=dict)
    user_agent: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: Ask for `stream_options.include_usage` in streams; off for providers that refuse the field.
    stream_usage: bool = True
    #: The operator's own, by model, over the public ones; `*`: for every model without one.
    prices: Mapping[str, Price] = field(factory=dict)
    enabled: bool = True

    def timeouts_for(self, model: str) -> Timeouts:
        return self.model_timeouts.get(model, self.timeouts)


@frozen
class VirtualModel:
    """A name of the operator's own. Weights choose the first target, tiers order the rest.

    `patience`: seconds to wait for resting keys of the preferred target before moving on.
    `waits`: seconds to wait at most when every key rests and there is nowhere else to go.
    """

    name: str
    targets: tuple[Target, ...]
    strategy: Strategy = "ordered"
    delivery: Delivery = "live"
    patience: float = 0.0
    waits: float | None = None
    hidden: bool = False


@frozen
class When:
    """What a route applies to: every condition given must hold. Globs, no regular expressions."""

    model: str | None = None
    endpoint: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    client: str | None = None
    stream: bool | None = None


@frozen
class Route:
    """A rule over requests: the first enabled one that matches, by falling priority, decides."""

    name: str
    when: When
    targets: tuple[Target, ...]
    priority: int = 0
    strategy: Strategy = "ordered"
    patience: float = 0.0
    enabled: bool = True


@frozen
class ClientKey:
    """Who may call. Only the SHA-256 digest of the key is kept."""

    name: str
    digest: bytes = field(repr=False)
    enabled: bool = True


@frozen
class Limit:
    """An upper bound on what a subject may use. Kept from day one; enforced by the ledger."""

    subject: str
    metric: Literal["requests", "tokens", "input_tokens", "output_tokens", "cost", "concurrency"]
    window: Literal["minute", "day", "week", "month", "total"]
    limit: int
    mode: Literal["off", "shadow", "enforce"] = "enforce"
    timezone: str = "UTC"


@frozen
class Snapshot:
    """Everything configured, validated, at one version. Index it once with `index.Index`."""

    providers: tuple[Provider, ...] = ()
    virtual_models: tuple[VirtualModel, ...] = ()
    routes: tuple[Route, ...] = ()
    client_keys: tuple[ClientKey, ...] = ()
    limits: tuple[Limit, ...] = ()
    #: How long a request waits at most when every key rests and nothing else can serve it.
    longest_pause: float = 2.5
    #: How many changes were saved.
    version: int = 0
    #: Of each record that was saved, how often: `provider/openai` -> 2.
    versions: Mapping[str, int] = Factory(dict)
    #: Features that are off, and the mend: `client_keys` -> "Set RELAY_API_KEY ...".
    switched_off: Mapping[str, str] = Factory(dict)
