"""The function's entry: what it is before and while a configuration cannot be used."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from attrs import define, field

from src.adapters.http.asgi import Message
from src.entrypoints.vercel import Function

BROKEN = {"VERCEL": "1", "KV_REST_API_URL": "https://x.upstash.io"}


@define
class Visitor:
    """One ASGI scope, played."""

    told: list[Message]
    heard: list[Message] = field(factory=list)

    async def receive(self) -> Message:
        return self.told.pop(0)

    async def send(self, message: Message) -> None:
        self.heard.append(message)


async def visit(
    function: Function, path: str, headers: Iterable[tuple[str, str]] = (), method: str = "POST"
) -> tuple[int, str]:
    visitor = Visitor([{"type": "http.request"}])
    pairs = [(name.encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": method, "path": path, "headers": pairs}
    await function(scope, visitor.receive, visitor.send)
    start, body = visitor.heard
    return start["status"], body["body"].decode()


@pytest.fixture
def function(tmp_path: Path) -> Function:
    return Function(BROKEN, tmp_path)


async def test_a_mistake_is_told_in_the_callers_dialect(function: Function) -> None:
    """
    503 with every mistake, to OpenAI's callers, Anthropic's, and a browser in its language.
    """
    openais = await visit(function, "/v1/chat/completions")
    anthropics = await visit(function, "/v1/messages")
    html = (("accept", "text/html"), ("accept-language", "zh"))
    seen = await visit(function, "/", html, method="GET")

    assert [503] * 3 == [status for status, _ in (openais, anthropics, seen)]
    assert "not_configured" == json.loads(openais[1])["error"]["code"]
    assert "error" == json.loads(anthropics[1])["type"]
    assert all("KV_REST_API_TOKEN" in body for _, body in (openais, anthropics, seen))
    assert "配置无法使用" in seen[1]


async def test_a_mistake_is_no_crash_at_the_start(function: Function) -> None:
    """
    The server is told that all is ready, and closes in peace.
    """
    visitor = Visitor([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    await function({"type": "lifespan"}, visitor.receive, visitor.send)

    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == [
        message["type"] for message in visitor.heard
    ]
