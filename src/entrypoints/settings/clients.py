"""Who may call: the client keys of the environment and the file, the weak ones left out."""

from collections.abc import Iterator, Mapping

from attrs import frozen

from ...domain.catalogue import ClientKey
from ...domain.errors import Problem
from ...domain.setup import HOW_TO_MAKE
from .keys import digest, is_weak, listed
from .records import ClientKeyRecord

Placed = tuple[str, ClientKey]


@frozen
class Clients:
    """`keys` with their paths; `off`: why nobody may call, although somebody was meant to."""

    keys: tuple[Placed, ...] = ()
    off: Mapping[str, str] = {}
    notices: tuple[str, ...] = ()


def clients(
    records: list[ClientKeyRecord | None], environ: Mapping[str, str], faults: list[Problem]
) -> Clients:
    """All client keys that are strong enough. A key the file names keeps the file's name, also
    when the environment brings it again."""
    said: list[str] = []
    written = tuple(_written(records, environ, faults, said))
    named = {key.digest for _path, key in written}
    brought = tuple(p for p in _brought(environ, said) if p[1].digest not in named)
    off = {}
    if said and not written and not brought:
        off["client_keys"] = f"Every client key is too weak. Set RELAY_API_KEY to {HOW_TO_MAKE}."
    return Clients((*written, *brought), off, tuple(said))


def _written(
    records: list[ClientKeyRecord | None],
    environ: Mapping[str, str],
    faults: list[Problem],
    said: list[str],
) -> Iterator[Placed]:
    for i, record in enumerate(records):
        if record is None:
            continue
        path = f"client_keys[{i}]"
        if record.sha256:
            yield path, ClientKey(record.name, bytes.fromhex(record.sha256), record.enabled)
            continue
        secret = (record.key or "").strip()
        if record.key_env:
            secret = environ.get(record.key_env, "").strip()
            if not secret:
                mend = f"Set {record.key_env}, or leave this entry out."
                faults.append(Problem(f"{path}.key_env", f"{record.key_env} is not set.", mend))
                continue
        if is_weak(secret):
            said.append(f"The client key `{record.name}` is too weak and is not accepted.")
            continue
        yield path, ClientKey(record.name, digest(secret), record.enabled)


def _brought(environ: Mapping[str, str], said: list[str]) -> Iterator[Placed]:
    given = listed(environ.get("RELAY_API_KEY", ""))
    for i, secret in enumerate(given, start=1):
        if is_weak(secret):
            said.append(f"Key {i} of {len(given)} in RELAY_API_KEY is too weak and not accepted.")
            continue
        name = "default" if len(given) == 1 else f"env-{i}"
        yield "RELAY_API_KEY", ClientKey(name, digest(secret))
