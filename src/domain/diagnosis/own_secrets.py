"""The relay's own secrets: are they there, hard to guess, and different from one another?"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

from attrs import field, frozen

from .findings import Finding, Values, note, ok, problem, warning

#: Guessable with means that are for hire.
FEW_BITS = 80

Name = Literal["RELAY_API_KEY", "RELAY_ADMIN_KEY", "RELAY_SIGNING_SECRET"]


@frozen
class Secret:
    """One secret of a variable, by what may be known of it: `digest` tells it from others, `bits`
    is an upper bound on what has to be guessed."""

    name: Name
    digest: bytes = field(repr=False)
    weak: bool
    bits: int


@frozen
class Around:
    """`exposed`: others than this machine can reach the relay. `clients`: keys in force."""

    exposed: bool
    clients: int


def findings(secrets: Sequence[Secret], around: Around) -> Iterator[Finding]:
    """What is wrong with each, then with pairs of them."""
    for secret in secrets:
        yield from _one(secret)
    yield from _pairs(secrets)
    yield from _missing({secret.name for secret in secrets}, around)


def _one(secret: Secret) -> Iterator[Finding]:
    if secret.weak:
        yield problem("secrets", "doctor_secret_weak", "doctor_secret_mend", {"name": secret.name})
    elif secret.bits < FEW_BITS:
        values: Values = {"name": secret.name, "bits": secret.bits}
        yield warning("secrets", "doctor_secret_short", "doctor_secret_mend", values)
    else:
        yield ok("secrets", "doctor_secret_strong", {"name": secret.name})


def _pairs(secrets: Sequence[Secret]) -> Iterator[Finding]:
    """Two client keys that are one are one: only names that differ count."""
    pairs = {
        (one.name, other.name)
        for one, other in combinations(secrets, 2)
        if one.digest == other.digest and one.name != other.name
    }
    for one, other in sorted(pairs):
        values: Values = {"one": one, "other": other}
        yield problem("secrets", "doctor_secrets_equal", "doctor_secrets_equal_mend", values)


def _missing(there: set[Name], around: Around) -> Iterator[Finding]:
    if not around.clients and around.exposed:
        yield problem("secrets", "doctor_no_clients", "doctor_no_clients_mend")
    elif not around.clients and "RELAY_API_KEY" not in there:
        yield note("secrets", "doctor_own_client", "doctor_own_client_mend")
    for name in ("RELAY_ADMIN_KEY", "RELAY_SIGNING_SECRET"):
        if name not in there:
            yield note("secrets", "doctor_secret_missing", "doctor_secret_mend", {"name": name})
