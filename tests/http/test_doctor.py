"""The doctor at a relay: a healthy one, a misconfigured one, and one behind what spoils streams."""

from asyncio import StreamReader, StreamWriter
from collections.abc import Mapping
from pathlib import Path

import pytest
from dependency_injector import providers

from src.domain import builtin
from src.domain.diagnosis.findings import Finding, worst
from src.entrypoints.container import Container
from src.entrypoints.doctor import looking
from tests.support.catalogue import CLIENT_KEY, provider, snapshot
from tests.support.findings import shown
from tests.support.listening import listening
from tests.support.provider import nobody_listens, scripted
from tests.support.proxies import Proxy, proxied
from tests.support.relay import running_relay


async def seen_at(
    url: str, folder: Path, *, key: str = CLIENT_KEY, model: str = "", probe: bool = False
) -> list[Finding]:
    visit = looking.Visit({}, folder, lambda step: None, timeout=5.0, probe=probe)
    return await looking.at(url, key, model, visit)


def levels(found: list[Finding], *but: str) -> Mapping[str, str]:
    """What is not as it should be, by its name."""
    return {name: level for name, level in shown(found).items() if name not in but}


async def test_a_healthy_relay(tmp_path: Path) -> None:
    """
    Nothing is found wrong with it, and everything was looked at.
    """
    async with scripted() as one, running_relay(snapshot(provider("one", one))) as relay:
        found = await seen_at(relay.base_url, tmp_path, probe=True)

    assert {} == levels(found, "answer_at_once")  # the scripted answer is short
    assert {"relay", "version", "ready", "closed", "models", "body", "stream_live", "served"} <= {
        each.id.removeprefix("doctor_") for each in found
    }
    assert 1 == len(one.requests)  # the one it was asked for


async def test_nothing_is_spent_unless_it_is_asked_for(tmp_path: Path) -> None:
    """
    Without a model no provider hears anything, and without a key no more than the door is tried.
    """
    async with scripted() as one, running_relay(snapshot(provider("one", one))) as relay:
        await seen_at(relay.base_url, tmp_path)
        found = await seen_at(relay.base_url, tmp_path, key="")

    assert {"no_client_key": "note"} == levels(found)
    assert [] == one.requests


async def test_it_comes_as_a_stranger(tmp_path: Path) -> None:
    """
    A relay lets its own machine have the demo without a key; the doctor is no such guest.
    """
    async with running_relay(snapshot(builtin.DEMO)) as relay:
        found = await seen_at(relay.base_url, tmp_path)

    assert {"empty": "warning"} == levels(found)
    assert "doctor_closed" in {each.id for each in found}


async def test_a_model_that_does_not_answer(tmp_path: Path) -> None:
    """
    It is asked by its name, and what it answered is told.
    """
    async with scripted() as one, running_relay(snapshot(provider("one", one))) as relay:
        found = await seen_at(relay.base_url, tmp_path, model="no-such-model", probe=True)

    (said,) = (each for each in found if each.level == "problem")
    assert ("doctor_unanswered", "model_not_found") == (said.id, said.values["code"])


PROXIES: dict[str, tuple[Proxy, dict[str, str]]] = {
    "passes": (Proxy(""), {}),
    "buffers": (Proxy("", batch=0), {"stream_held": "problem"}),
    "collects": (Proxy("", batch=4), {"stream_batches": "warning"}),
    "compresses": (
        Proxy("", batch=0, packs=True),
        {"stream_held": "problem", "stream_encoded": "warning"},
    ),
    "takes little": (Proxy("", most=1 << 20), {"body_small": "warning"}),
    "takes 4.5 MB": (Proxy("", most=4_500_000), {"body_limit": "note"}),
    "hangs up": (Proxy("", closes=True), {"not_kept": "note"}),
    "lets web pages in": (
        Proxy("", extra=[("access-control-allow-origin", "*")]),
        {"cors": "warning"},
    ),
}


@pytest.mark.parametrize("name", PROXIES)
async def test_what_stands_in_front_of_it(name: str, tmp_path: Path) -> None:
    """
    A proxy that passes everything on is not noticed; each other kind is found, and nothing else.
    """
    proxy, expected = PROXIES[name]
    async with scripted() as one, running_relay(snapshot(provider("one", one))) as relay:
        proxy.target = relay.base_url
        async with proxied(proxy) as url:
            found = await seen_at(url, tmp_path)

    assert expected == levels(found)


async def test_a_relay_without_keys(tmp_path: Path) -> None:
    """
    One that lets nobody in, and one that has no provider.
    """
    async with running_relay(snapshot(client_keys=[])) as relay:
        closed = await seen_at(relay.base_url, tmp_path)
    async with running_relay(snapshot()) as relay:
        empty = await seen_at(relay.base_url, tmp_path)

    assert "problem" == levels(closed)["asleep"]
    assert {"asleep": "problem", "empty": "warning"} == levels(empty)


async def test_a_wrong_key(tmp_path: Path) -> None:
    """
    The client's key is not the relay's.
    """
    async with scripted() as one, running_relay(snapshot(provider("one", one))) as relay:
        found = await seen_at(relay.base_url, tmp_path, key="sk-a-key-of-a-provider")

    assert {"wrong_key": "problem"} == levels(found)


def forgetful(container: Container) -> None:
    """Wired as on Vercel without a store."""
    container.forgetful.override(providers.Object(True))


async def test_memory_where_instances_come_and_go(tmp_path: Path) -> None:
    """
    Readiness tells it, and so it is a problem from the outside too.
    """
    async with (
        scripted() as one,
        running_relay(
            snapshot(provider("one", one)),
            wire=forgetful,
        ) as relay,
    ):
        found = await seen_at(relay.base_url, tmp_path)

    assert {"store_memory": "problem"} == levels(found)


PAGES = {
    "a page": (b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", "no_relay"),
    "elsewhere": (
        b"HTTP/1.1 308 X\r\nlocation: https://www.example.com/\r\ncontent-length: 0\r\n\r\n",
        "moved",
    ),
    "a login": (
        b"HTTP/1.1 401 X\r\nx-vercel-id: fra1::x\r\ncontent-length: 6\r\n\r\n<html>",
        "protected",
    ),
    "a relay that cannot be used": (
        b"HTTP/1.1 503 X\r\ncontent-type: application/json\r\ncontent-length: 64\r\n\r\n"
        b'{"error": {"message": "PORT: is no.", "code": "not_configured"}}',
        "misconfigured",
    ),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "away_connect"),
    "nothing": (b"", "away_connect"),
}


@pytest.mark.parametrize("name", PAGES)
async def test_what_is_no_relay(name: str, tmp_path: Path) -> None:
    """
    Whatever answers there is told apart, and is the one thing that is said.
    """
    answer, expected = PAGES[name]

    async def serves(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async with listening(serves) as port:
        found = await seen_at(f"http://127.0.0.1:{port}", tmp_path)

    assert {expected: "problem"} == levels(found)


async def test_nobody_is_there(tmp_path: Path) -> None:
    """
    A port that refuses; a name that nobody has.
    """
    refused = await seen_at(nobody_listens().removesuffix("/v1"), tmp_path)
    unknown = await seen_at("https://relay.invalid", tmp_path)

    assert {"away_connect": "problem"} == levels(refused)
    assert {"away_dns": "problem"} == levels(unknown)
    assert "problem" == worst(refused)
