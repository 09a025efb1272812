"""Virtual models, routes and limits of the file, each with the path it was written at."""

from collections.abc import Iterator

from ...domain.catalogue import Limit, Route, Target, VirtualModel, When
from ...domain.errors import Problem
from ...domain.pricing import NANO
from .environment import Reader
from .providers import entries
from .records import FileRecord, LimitRecord, TargetRecord
from .targets import target


def virtual_models(file: FileRecord, known: frozenset[str]) -> Iterator[tuple[str, VirtualModel]]:
    for path, name, record in entries("virtual_models", file.virtual_models):
        yield (
            path,
            VirtualModel(
                name=name,
                targets=_targets(record.targets, known),
                strategy=record.strategy,
                delivery=record.delivery,
                patience=record.patience,
                waits=record.waits,
                hidden=record.hidden,
            ),
        )


def routes(file: FileRecord, known: frozenset[str]) -> Iterator[tuple[str, Route]]:
    for path, name, record in entries("routes", file.routes):
        when = When(
            model=record.when.model,
            endpoint=record.when.endpoint,
            headers=tuple(record.when.headers.items()),
            client=record.when.client,
            stream=record.when.stream,
        )
        yield (
            path,
            Route(
                name=name,
                when=when,
                targets=_targets(record.targets, known, alone=True),
                priority=record.priority,
                strategy=record.strategy,
                patience=record.patience,
                enabled=record.enabled,
            ),
        )


def limits(file: FileRecord, reader: Reader, zone: str) -> Iterator[tuple[str, Limit]]:
    """Those of the file, then those of the original's two variables (0 there means none)."""
    for i, record in enumerate(file.limits):
        if record is not None:
            yield (
                f"limits[{i}]",
                Limit(
                    subject=record.subject,
                    metric=record.metric,
                    window=record.window,
                    limit=_amount(record, f"limits[{i}].limit", reader.faults),
                    mode=record.mode,
                    timezone=record.timezone or zone,
                ),
            )
    if daily := reader.number("RELAY_DAILY_LIMIT", low=0, high=10**12):
        yield "RELAY_DAILY_LIMIT", Limit("deployment", "requests", "day", daily, timezone=zone)
    if monthly := reader.number("RELAY_MONTHLY_LIMIT", low=0, high=10**12):
        yield (
            "RELAY_MONTHLY_LIMIT",
            Limit("deployment", "requests", "month", monthly, timezone=zone),
        )


def _amount(record: LimitRecord, path: str, faults: list[Problem]) -> int:
    """`"$0.50"` in nano-USD; a number as it stands."""
    if isinstance(record.limit, int):
        return record.limit
    if record.metric != "cost":
        faults.append(
            Problem(path, f"is money, and {record.metric} are counted.", "Give a number.")
        )
        return 0
    whole, _, part = record.limit.removeprefix("$").partition(".")
    return int(whole) * NANO + int(part.ljust(9, "0"))


def _targets(
    said: list[str | TargetRecord | None], known: frozenset[str], *, alone: bool = False
) -> tuple[Target, ...]:
    return tuple(target(each, known, alone=alone) for each in said if each is not None)
