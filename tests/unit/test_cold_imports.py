"""What a relayed request on Vercel imports: a cold start waits for each module of it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREE = {
    "VERCEL": "1",
    "RELAY_API_KEY": "cli-0f8c9e2b7a6d5f4e3c2b",
    "RELAY_ADMIN_KEY": "adm-0f8c9e2b7a6d5f4e3c2b",
    "RELAY_SIGNING_SECRET": "sig-0f8c9e2b7a6d5f4e3c2b",
    "OPENAI_API_KEY": "sk-one",
    # Nobody listens there: all is imported, and nothing is answered.
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
}
UPSTASH = {"KV_REST_API_URL": "http://127.0.0.1:9", "KV_REST_API_TOKEN": "a-token"}

#: A whole life in a process of its own: start, one chat, end. Then what is there.
LIFE = """
import asyncio, json, os, pathlib, sys
from src.entrypoints.vercel import Function

BODY = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}).encode()
HEADERS = [(b"authorization", b"Bearer " + os.environ["RELAY_API_KEY"].encode())]
CHAT = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": HEADERS}

async def live(said):
    function, heard = Function(os.environ, pathlib.Path(said)), []
    body = [{"type": "http.request", "body": BODY}]

    async def lives():
        if heard:
            return {"type": "lifespan.shutdown"}
        heard.append("startup")
        return {"type": "lifespan.startup"}

    async def receive():
        return body.pop() if body else await asyncio.Event().wait()

    async def send(message):
        heard.append(message.get("status"))

    await function(CHAT, receive, send)
    await function({"type": "lifespan"}, lives, send)
    return heard[0]

status = asyncio.run(live(sys.argv[1]))
print(json.dumps({"status": status, "modules": sorted(sys.modules)}), file=sys.__stderr__)
"""

#: What is for other places, or for what is not traffic. (httpx brings click, and is brought by
#: upstash-redis; yaml is brought by dependency-injector.)
NEVER = (
    *("quart", "flask", "werkzeug", "hypercorn", "jinja2", "h2", "uvicorn", "uvloop"),
    *("redis", "sqlite3", "jsonschema", "testcontainers", "dotenv"),
    *("src.adapters.stores.sqlite", "src.adapters.stores.redis.tcp", "src.adapters.stores.archive"),
    *("src.entrypoints.cli", "src.entrypoints.commands", "src.entrypoints.serve"),
    *("src.entrypoints.settings.shape", "src.entrypoints.settings.syntax", "src.adapters.http.app"),
    *("src.domain.conversation", "src.domain.answers", "src.domain.dialects.translation"),
)
#: Of the relay's own modules and of all others that are no part of Python.
MOST_OURS, MOST_OTHERS = 200, 230


def live(folder: Path, environ: Mapping[str, str]) -> set[str]:
    """The modules of a process that served one request."""
    done = subprocess.run(
        [sys.executable, "-c", LIFE, folder],
        cwd=ROOT,
        env={**environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["status"] == 502, done.stdout
    return set(told["modules"])


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return live(tmp_path_factory.mktemp("cold"), THREE | UPSTASH)


def test_what_is_not_needed_is_not_imported(modules: set[str]) -> None:
    """
    Neither Quart nor what other places run on, nor what translates between dialects.
    """
    assert set() == {name for name in modules if name.startswith(tuple(f"{n}." for n in NEVER))}
    assert set() == modules & set(NEVER)


def test_there_are_not_too_many(modules: set[str]) -> None:
    """
    Whoever adds one sees it here.
    """
    ours = {name for name in modules if name.split(".")[0] == "src"}
    others = {name for name in modules if name.split(".")[0] not in sys.stdlib_module_names} - ours

    assert len(ours) <= MOST_OURS
    assert len(others) <= MOST_OTHERS


def test_without_a_store_none_is_imported(tmp_path: Path) -> None:
    """
    Upstash's package and httpx are for those who have a database.
    """
    found = live(tmp_path, THREE)

    assert {"upstash_redis", "src.adapters.stores.redis.ledger"} & found == set()
