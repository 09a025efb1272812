"""What the doctor makes of facts about this machine, its store and its secrets."""

import pytest
from attrs import evolve

from src.domain.diagnosis import configuration, hosting, machine, own_secrets, store
from src.domain.diagnosis.clocks import skew
from src.domain.diagnosis.configuration import Configuration, Fault
from src.domain.diagnosis.findings import counts, note, ok, problem, warning, worst
from src.domain.diagnosis.hosting import Hosting
from src.domain.diagnosis.machine import Folder, Machine
from src.domain.diagnosis.own_secrets import Around, Secret
from src.domain.diagnosis.store import Budget, Store
from tests.support.findings import shown

GOOD = Machine(
    python=(3, 12),
    libraries={"attrs": "26.1.0", "uvicorn": "0.54.0"},
    zones=True,
    descriptors=65_536,
    files={".env": 0o600},
    folder=Folder("/data", there=True, writable=True, mode=0o700, free=10 << 30),
)
FOLDER = Folder("/data", there=True, writable=True, mode=0o700, free=10 << 30)

MACHINES = [
    (GOOD, {}),
    (evolve(GOOD, python=(3, 10)), {"python_old": "problem"}),
    (evolve(GOOD, python=(3, 11)), {}),
    (evolve(GOOD, python=(3, 14)), {}),
    (evolve(GOOD, python=(3, 15)), {"python_new": "note"}),
    (evolve(GOOD, libraries={"attrs": "1", "redis": None}), {"libraries_missing": "problem"}),
    (evolve(GOOD, zones=False), {"no_zones": "problem"}),
    (evolve(GOOD, descriptors=1024), {"few_files": "warning"}),
    (evolve(GOOD, descriptors=4096), {}),
    (evolve(GOOD, descriptors=None), {}),
    (evolve(GOOD, files={".env": 0o644}), {"file_open": "warning"}),
    (evolve(GOOD, files={".env": 0o640}), {"file_open": "warning"}),
    (evolve(GOOD, files={}), {}),
    (evolve(GOOD, folder=None), {}),
    (evolve(GOOD, folder=evolve(FOLDER, writable=False)), {"folder_closed": "problem"}),
    (evolve(GOOD, folder=evolve(FOLDER, mode=0o755)), {"file_open": "warning"}),
    (evolve(GOOD, folder=evolve(FOLDER, mode=None, free=None)), {}),
    (evolve(GOOD, folder=evolve(FOLDER, free=100 << 20)), {"little_space": "warning"}),
    (evolve(GOOD, folder=evolve(FOLDER, free=1 << 20)), {"little_space": "problem"}),
    (evolve(GOOD, folder=evolve(FOLDER, there=False, mode=None)), {}),
]


@pytest.mark.parametrize(("seen", "expected"), MACHINES)
def test_a_machine(seen: Machine, expected: dict[str, str]) -> None:
    """
    Each thing that is wrong is found, at its level, and nothing else.
    """
    assert expected == shown(machine.findings(seen))


CLIENT = Secret("RELAY_API_KEY", b"1", weak=False, bits=192)
ADMIN = Secret("RELAY_ADMIN_KEY", b"2", weak=False, bits=192)
SIGNING = Secret("RELAY_SIGNING_SECRET", b"3", weak=False, bits=192)
THREE = [CLIENT, ADMIN, SIGNING]
INSIDE, OUTSIDE = Around(exposed=False, clients=1), Around(exposed=True, clients=1)
NOBODY = {"secret_missing": "note"}

SECRETS: list[tuple[list[Secret], Around, dict[str, str]]] = [
    (THREE, OUTSIDE, {}),
    ([CLIENT, evolve(CLIENT, digest=b"4"), ADMIN, SIGNING], OUTSIDE, {}),
    ([evolve(CLIENT, weak=True), ADMIN, SIGNING], OUTSIDE, {"secret_weak": "problem"}),
    ([evolve(CLIENT, bits=79), ADMIN, SIGNING], OUTSIDE, {"secret_short": "warning"}),
    ([evolve(CLIENT, bits=80), ADMIN, SIGNING], OUTSIDE, {}),
    ([CLIENT, evolve(ADMIN, digest=b"1"), SIGNING], INSIDE, {"secrets_equal": "problem"}),
    ([CLIENT, ADMIN, evolve(SIGNING, digest=b"2")], INSIDE, {"secrets_equal": "problem"}),
    ([CLIENT, CLIENT, ADMIN, SIGNING], INSIDE, {}),
    ([CLIENT], INSIDE, NOBODY),
    ([], Around(exposed=False, clients=0), NOBODY | {"own_client": "note"}),
    ([], Around(exposed=True, clients=0), NOBODY | {"no_clients": "problem"}),
    ([], Around(exposed=True, clients=2), NOBODY),
]


@pytest.mark.parametrize(("secrets", "around", "expected"), SECRETS)
def test_secrets(secrets: list[Secret], around: Around, expected: dict[str, str]) -> None:
    """
    Weak, guessable, equal or missing; who listens to this machine alone needs no client key.
    """
    assert expected == shown(own_secrets.findings(secrets, around))


WELL = Store("redis", "redis://x", server="Valkey 9", seconds=0.002, evicts="noeviction")
BUDGET = Budget(commands=100_000, allowance=500_000, whole=300_000)

STORES = [
    (WELL, {}),
    (Store("file", "books.sqlite3", seconds=0.0001), {}),
    (Store("file", "books.sqlite3", there=False), {"store_new": "note"}),
    (Store("memory"), {"store_memory": "problem"}),
    (evolve(WELL, failure="refused", evicts="allkeys-lru"), {"store_away": "problem"}),
    (evolve(WELL, seconds=0.125), {}),
    (evolve(WELL, seconds=0.13), {"store_late": "warning"}),
    (evolve(WELL, seconds=0.26), {"store_late": "problem"}),
    (evolve(WELL, seconds=0.26, patience=1.0), {}),
    (evolve(WELL, evicts=None), {"store_policy": "note"}),
    (evolve(WELL, evicts="allkeys-lru"), {"store_forgets": "problem"}),
    (evolve(WELL, unreadable=["a", "b"]), {"store_unreadable": "warning"}),
    (evolve(WELL, ahead=1.9), {}),
    (evolve(WELL, ahead=-2.1), {"clock_apart": "note"}),
    (evolve(WELL, ahead=31.0), {"clock_apart": "warning"}),
    (evolve(WELL, budget=BUDGET), {}),
    (evolve(WELL, budget=evolve(BUDGET, whole=500_001)), {"budget_short": "warning"}),
    (evolve(WELL, budget=evolve(BUDGET, commands=500_000)), {"budget_spent": "problem"}),
]


@pytest.mark.parametrize(("seen", "expected"), STORES)
def test_a_store(seen: Store, expected: dict[str, str]) -> None:
    """
    Slow against what requests wait for it, forgetful, damaged, out of time, or nearly paid out.
    """
    assert expected == shown(store.findings(seen))


HOSTED = Hosting(limit=300.0, assumed=300.0, waits={"a": 120.0}, crons=["/c"], cron_secret=True)

HOSTINGS = [
    (HOSTED, {}),
    (evolve(HOSTED, limit=None), {}),
    (evolve(HOSTED, limit=800.0), {}),
    (evolve(HOSTED, limit=299.0), {"limit_short": "warning"}),
    (evolve(HOSTED, waits={"a": 291.0, "b": 290.0}), {"wait_long": "warning"}),
    (evolve(HOSTED, limit=60.0), {"limit_short": "warning", "wait_long": "warning"}),
    (evolve(HOSTED, cron_secret=False), {"cron_open": "warning"}),
    (evolve(HOSTED, crons=[]), {"cron_none": "note"}),
]


@pytest.mark.parametrize(("seen", "expected"), HOSTINGS)
def test_a_function(seen: Hosting, expected: dict[str, str]) -> None:
    """
    Its time against what the relay counts on, and against what it waits for.
    """
    assert expected == shown(hosting.findings(seen))


READ = Configuration("relay.toml", providers=1)

CONFIGURATIONS: list[tuple[Configuration, list[tuple[str, str]]]] = [
    (READ, []),
    (evolve(READ, notices=["a"]), [("notice", "note")]),
    (evolve(READ, notices=["a", "b"], misspelt=["b"]), [("notice", "note"), ("notice", "warning")]),
    (evolve(READ, off=["Set X."]), [("notice", "warning")]),
    (evolve(READ, providers=0), [("no_provider", "note")]),
    (evolve(READ, providers=0, hosted=True), [("no_provider", "problem")]),
    (evolve(READ, faults=[Fault("a", "is no."), Fault("b", "is no.")]), [("fault", "problem")] * 2),
]


@pytest.mark.parametrize(("read", "expected"), CONFIGURATIONS)
def test_a_configuration(read: Configuration, expected: list[tuple[str, str]]) -> None:
    """
    Every mistake; notices as notes, and names that nobody knows as warnings.
    """
    found = configuration.findings(read)

    assert expected == [
        (each.id.removeprefix("doctor_"), each.level) for each in found if each.level != "ok"
    ]


def test_levels() -> None:
    """
    The worst of several, and how many there are of each.
    """
    several = [ok("store", "a"), note("store", "b"), problem("store", "c", ""), ok("store", "d")]

    assert "problem" == worst(several)
    assert "warning" == worst([warning("store", "a", ""), note("store", "b")])
    assert "ok" == worst([])
    assert {"ok": 2, "note": 1, "warning": 0, "problem": 1} == counts(several)


def test_a_clock_that_does_not_tell() -> None:
    """
    What is not known is not said.
    """
    assert [] == list(skew("store", None, "x"))
