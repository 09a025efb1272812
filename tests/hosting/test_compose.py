"""compose.yaml names what there is: ports, variables, a store that keeps what it is told."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from attrs import define

from benchmarks.targets import free_port
from src.adapters.stores.redis.inspection import RedisInspection
from src.adapters.stores.redis.layout import Keys
from src.domain.catalogue import Snapshot
from src.entrypoints.settings import load
from tests.support.carriers import over_tcp
from tests.support.clock import TurnedClock
from tests.support.dockerfile import stages
from tests.support.golden import Json
from tests.support.redis_server import OwnServer, binary

from .facts import AFTER_GRACE, HONOURED, PORT, ROOT

COMPOSE: Json = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
RELAY, STORE = COMPOSE["services"]["relay"], COMPOSE["services"]["store"]
FINAL = stages((ROOT / "Dockerfile").read_text("utf-8"))[-1]


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def test_the_relay_is_the_one_of_the_dockerfile() -> None:
    """Its port and its volume are the image's; it is published on this machine alone."""
    assert "." == RELAY["build"]
    assert [f"127.0.0.1:{PORT}:{FINAL.last('EXPOSE')}"] == RELAY["ports"]
    assert [f"relay:{path}" for path in FINAL.exec("VOLUME")] == RELAY["volumes"]


def test_its_variables_are_read_and_mean_this_store(tmp_path: Path) -> None:
    """Every variable is one of the relay's; together they are a sound configuration."""
    environ = RELAY["environment"]
    settings = load({**environ, "RELAY_API_KEY": "0f8c9e2b7a6d5f4e3c2b1a09"}, tmp_path)

    assert set() == set(environ) - HONOURED
    assert ("redis", 2) == (settings.store.kind, settings.workers)
    assert environ["REDIS_URL"] == settings.store.url
    assert "store" == urlsplit(settings.store.url).hostname


def test_it_has_its_time_to_stop() -> None:
    """The engine waits longer than the grace and all that comes after it."""
    grace = int(RELAY["environment"]["RELAY_GRACE_SECONDS"])

    assert grace + AFTER_GRACE < seconds(RELAY["stop_grace_period"])


@pytest.mark.parametrize("service", [RELAY, STORE], ids=["relay", "store"])
def test_neither_may_more_than_it_must(service: Json) -> None:
    """No capability, no new privilege, nothing written but to a volume; both come up again."""
    assert [True, ["ALL"], ["no-new-privileges:true"], "unless-stopped"] == [
        service[key] for key in ("read_only", "cap_drop", "security_opt", "restart")
    ]


def test_the_store_is_nobodys_but_the_relays() -> None:
    """It publishes no port, is in a network without a way out, and is up before the relay."""
    assert "ports" not in STORE
    assert ["books"] == STORE["networks"]
    assert {"books": {"internal": True}, "outside": None} == COMPOSE["networks"]
    assert {"store": {"condition": "service_healthy"}} == RELAY["depends_on"]
    assert "valkey-cli ping" in STORE["healthcheck"]["test"][1]


@define(eq=False)
class Commanded(OwnServer):
    """The server of the dev packages, with the words of compose.yaml."""

    words: tuple[str, ...] = ()

    def _command(self) -> list[str]:
        own = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder))
        return [binary(), *self.words, *own]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no server for it")
async def test_the_store_keeps_what_it_is_told(tmp_path: Path) -> None:
    """
    A real server takes its command: what was written is there after a kill, and it says itself
    that nothing is thrown away when its memory is full.
    """
    server = Commanded(tmp_path, free_port(), words=tuple(STORE["command"][1:]))
    server.start()
    try:
        async with over_tcp(server.url) as carrier:
            await carrier.run(["SET", "kept", "1"])
        server.restart()
        async with over_tcp(server.url) as carrier:
            assert (b"1",) == await carrier.run(["GET", "kept"])
            inspection = RedisInspection(carrier, Keys("x"), Snapshot(), TurnedClock())
            found = await inspection.check()
    finally:
        server.kill()

    assert "noeviction" == found.evicts
