"""What is measured: the relay, a bare server that answers by itself, and nginx if installed."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from .load import KEY

ROOT = Path(__file__).resolve().parents[1]

NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  keepalive_requests 1000000;
  upstream provider {{ server 127.0.0.1:{provider}; keepalive 64; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{port}; location / {{
    proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_buffering off; }} }}
}}
"""


@frozen
class Target:
    """A server under test: `processes` are those whose CPU time counts."""

    name: str
    port: int
    processes: tuple[int, ...]

    def cpu_seconds(self) -> float:
        """User and system time of its processes so far."""
        ticks = 0
        for pid in self.processes:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def targets() -> Iterator[list[Target]]:
    """All of them, up and listening; ended by their ids."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        provider = free_port()
        stack.enter_context(process([sys.executable, "-m", "benchmarks.provider", str(provider)]))
        found = [bare(stack), relay(stack, provider, folder)]
        if shutil.which("nginx"):
            found.append(nginx(stack, provider, folder))
        for target in found:
            wait_for(target.port)
        yield found


def bare(stack: ExitStack) -> Target:
    port = free_port()
    pid = stack.enter_context(process([sys.executable, "-m", "benchmarks.bare", str(port)]))
    return Target("bare", port, (pid,))


def relay(
    stack: ExitStack,
    provider: int,
    folder: Path,
    *,
    books: str = "file",
    more: Mapping[str, list[dict[str, object]]] = {},
) -> Target:
    """`books`: where they are, in a `file` or in `memory`; `more` goes to its configuration."""
    port = free_port()
    config: dict[str, object] = {
        "providers": {
            "bench": {
                "base_url": f"http://127.0.0.1:{provider}/v1",
                "keys": ["sk-bench-provider-key-1", "sk-bench-provider-key-2"],
                "models": ["bench"],
                "prices": {"bench": {"input": 1.25, "output": 10}},
            }
        },
        **more,
        "client_keys": [{"name": "bench", "key": KEY}, *more.get("client_keys", [])],
    }
    environ = {
        **os.environ,
        "RELAY_CONFIG": json.dumps(config),
        "RELAY_DATA_DIR": str(folder),
        "RELAY_LOG": "json",
    }
    serve = {"file": ["src", "serve", "--port"], "memory": ["benchmarks.memory"]}[books]
    command = [sys.executable, "-m", *serve, str(port)]
    return Target("relay", port, (stack.enter_context(process(command, environ)),))


def nginx(stack: ExitStack, provider: int, folder: Path) -> Target:
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, provider=provider, port=port))
    pid = stack.enter_context(process(["nginx", "-c", str(file), "-p", str(folder)]))
    wait_for(port)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return Target("nginx", port, (pid, *map(int, children)))


@contextmanager
def process(command: list[str], environ: dict[str, str] | None = None) -> Iterator[int]:
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            yield running.pid
        finally:
            running.terminate()


def wait_for(port: int) -> None:
    asyncio.run(wait_until_listening(port))


async def wait_until_listening(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
