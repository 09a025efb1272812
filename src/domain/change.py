"""What the administrator saves over what was configured: record by record, whole."""

from collections.abc import Iterable
from typing import Literal, TypeVar

from attrs import evolve, frozen

from .catalogue import ClientKey, Limit, Provider, Route, Snapshot, VirtualModel

Kind = Literal["provider", "virtual_model", "route", "client_key", "limit"]
Record = Provider | VirtualModel | Route | ClientKey | Limit
R = TypeVar("R", bound=Record)


@frozen
class Change:
    """One record; `record=None` is a tombstone: what was configured under that name is gone."""

    kind: Kind
    name: str
    record: Record | None

    @property
    def id(self) -> str:
        """As in `Snapshot.versions`."""
        return f"{self.kind}/{self.name}"


def name_of(record: Record) -> str:
    """What a record is saved under. A limit has no name but what it bounds."""
    if isinstance(record, Limit):
        return f"{record.subject} {record.metric} {record.window}"
    return record.name


def applied(configured: Snapshot, saved: Iterable[tuple[Change, int]]) -> Snapshot:
    """The snapshot in force: each saved record, with its version, over the configured one of its
    name, in its place; new ones follow."""
    latest = {change.id: (change, version) for change, version in saved}
    changes = [change for change, _ in latest.values()]
    return evolve(
        configured,
        providers=_merged(configured.providers, changes, Provider, "provider"),
        virtual_models=_merged(configured.virtual_models, changes, VirtualModel, "virtual_model"),
        routes=_merged(configured.routes, changes, Route, "route"),
        client_keys=_merged(configured.client_keys, changes, ClientKey, "client_key"),
        limits=_merged(configured.limits, changes, Limit, "limit"),
        version=configured.version + sum(version for _, version in latest.values()),
        versions={id: version for id, (_, version) in latest.items()},
    )


def _merged(
    configured: tuple[R, ...], changes: list[Change], kind: type[R], named: Kind
) -> tuple[R, ...]:
    found: dict[str, R | None] = {name_of(record): record for record in configured}
    for change in changes:
        if change.kind == named:
            found[change.name] = change.record if isinstance(change.record, kind) else None
    return tuple(record for record in found.values() if record is not None)
