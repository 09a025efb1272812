"""What every catalogue asks of a change before they keep it."""

from ...domain.catalogue import ClientKey, Limit, Provider, Route, VirtualModel
from ...domain.change import Change, Kind, Record, name_of

#: What is saved under each kind.
RECORDS: dict[Kind, type[Record]] = {
    "provider": Provider,
    "virtual_model": VirtualModel,
    "route": Route,
    "client_key": ClientKey,
    "limit": Limit,
}


def check(change: Change) -> None:
    """Raises ValueError for a record of another kind or another name than it is saved under."""
    if change.record is None:
        return
    if type(change.record) is not RECORDS.get(change.kind):
        raise ValueError(f"{change.id}: that is no {change.kind}")
    if name_of(change.record) != change.name:
        raise ValueError(f"{change.id}: the record is named {name_of(change.record)!r}")


def check_version(change: Change, *, found: int, expected: int) -> None:
    """Raises ValueError on a lost race."""
    if found != expected:
        raise ValueError(f"{change.id}: its version is {found}, not {expected}; read it again")


def unreadable(change: Change) -> ValueError:
    """For who would overwrite what cannot be read: a newer relay's, or damaged."""
    return ValueError(f"{change.id}: what is saved cannot be read, and is not overwritten")
