"""The document as typed records, field by field as the schema names them; None: left out."""

from typing import Literal

import msgspec

from .paths import Json


class Record(msgspec.Struct, kw_only=True, frozen=True):
    """A table of the file. Defaults stand in the domain's values, so here a field is None."""


class KeyRecord(Record, frozen=True):
    key: str | None = None
    env: str | None = None
    weight: int = 1
    label: str = ""


class TargetRecord(Record, frozen=True):
    provider: str | None = None
    model: str = ""
    weight: int = 1
    tier: int = 0


class TimeoutsRecord(Record, frozen=True):
    connect: float | None = None
    headers: float | None = None
    first_event: float | None = None
    idle: float | None = None
    answer: float | None = None
    drain: float | None = None


class PriceRecord(Record, frozen=True):
    input: float = 0.0
    output: float = 0.0
    cached: float | None = None
    cache_write: float | None = None


class ProviderRecord(Record, frozen=True):
    name: str | None = None
    dialect: str | None = None
    base_url: str | None = None
    header_style: Literal["bearer", "x-api-key", "api-key", "none", "openai", "azure"] | None = None
    keys: list[str | KeyRecord | None] = []
    keys_env: str | None = None
    models: list[str | None] | None = None
    prefixes: list[str | None] | None = None
    fallbacks: list[str | TargetRecord | None] | None = None
    timeouts: TimeoutsRecord = TimeoutsRecord()
    model_timeouts: dict[str, TimeoutsRecord] = {}
    user_agent: str | None = None
    headers: dict[str, str] | None = None
    stream_usage: bool | None = None
    prices: dict[str, PriceRecord] = {}
    enabled: bool | None = None


class VirtualModelRecord(Record, frozen=True):
    name: str | None = None
    targets: list[str | TargetRecord | None] = []
    strategy: Literal["ordered", "round_robin", "weighted"] = "ordered"
    delivery: Literal["live", "whole"] = "live"
    patience: float = 0.0
    waits: float | None = None
    hidden: bool = False


class WhenRecord(Record, frozen=True):
    model: str | None = None
    endpoint: str | None = None
    headers: dict[str, str] = {}
    client: str | None = None
    stream: bool | None = None


class RouteRecord(Record, frozen=True):
    name: str = ""
    priority: int = 0
    enabled: bool = True
    when: WhenRecord = WhenRecord()
    targets: list[str | TargetRecord | None] = []
    strategy: Literal["ordered", "round_robin", "weighted"] = "ordered"
    patience: float = 0.0


class ClientKeyRecord(Record, frozen=True):
    name: str = ""
    key: str | None = None
    key_env: str | None = None
    sha256: str | None = None
    enabled: bool = True


class LimitRecord(Record, frozen=True):
    subject: str = ""
    metric: Literal[
        "requests", "tokens", "input_tokens", "output_tokens", "cost", "concurrency"
    ] = "requests"
    window: Literal["minute", "day", "week", "month", "total"] = "total"
    limit: int | str = 0
    mode: Literal["off", "shadow", "enforce"] = "enforce"
    timezone: str | None = None


class ServerRecord(Record, frozen=True):
    host: str | None = None
    port: int | None = None
    workers: int | None = None
    grace: int | None = None
    max_body_bytes: int | None = None
    store_answers: bool | None = None
    strict_translation: bool | None = None
    unknown_price: Literal["zero", "refuse"] | None = None


class FileRecord(Record, frozen=True):
    """The whole document."""

    providers: dict[str, ProviderRecord] | list[ProviderRecord | None] = {}
    virtual_models: dict[str, VirtualModelRecord] | list[VirtualModelRecord | None] = {}
    routes: list[RouteRecord | None] = []
    client_keys: list[ClientKeyRecord | None] = []
    limits: list[LimitRecord | None] = []
    server: ServerRecord = ServerRecord()
    longest_pause: float | None = None


def typed(document: Json) -> FileRecord:
    """The records of a document that fits the schema."""
    return msgspec.convert(document, FileRecord)
