"""One process on one machine: uvicorn, and a banner that says what to do next."""

import gc
import os
import socket
import sys

import uvicorn

from ..adapters.http.asgi import App
from ..adapters.http.server import Protocol
from ..domain.access import DEMO
from ..locales import language, say
from .environments import build
from .first_key import is_loopback
from .settings import Settings

#: Seconds for streams under way to finish after a signal to stop.
GRACE = 30


class Server(uvicorn.Server):
    """Prints the banner once it listens."""

    def __init__(self, config: uvicorn.Config, banner: str) -> None:
        super().__init__(config)
        self._banner = banner

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._banner:
            sys.stderr.write(self._banner)
            sys.stderr.flush()


def run(settings: Settings, *, host: str, port: int) -> None:
    """Serves until told to stop. Exits with a sentence when the address cannot be had."""
    listener = _listen(host, port)
    container = build("serve", settings)
    address = _address(host, listener.getsockname()[1])
    server = Server(config(container.app()), banner(settings, address, host, language(os.environ)))
    _calm_collector()
    with listener:
        server.run(sockets=[listener])


def _calm_collector() -> None:
    """What is loaded stays: the collector need not look at it again. Its thresholds are left alone;
    looking less often is cheaper, and memory is then no longer flat."""
    gc.collect()
    gc.freeze()


def config(app: App) -> uvicorn.Config:
    """uvicorn as every environment of ours uses it: no log of its own, no trust in proxies."""
    return uvicorn.Config(
        app,
        http=Protocol,
        loop="auto",
        ws="none",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
    )


def banner(settings: Settings, address: str, host: str, lang: str = "en") -> str:
    """What a person reads when the relay is up."""
    names = [provider.name for provider in settings.snapshot.providers if provider.enabled]
    shown = ", ".join(names) or say("banner_none", lang)
    lines = ["", say("banner_listens", lang, address=address)]
    lines.append(say("banner_providers", lang, names=shown))
    lines += [say("banner_note", lang, notice=notice) for notice in settings.notices]
    if not settings.snapshot.client_keys:
        lines.append(say("banner_closed", lang))
    if names == [DEMO] and is_loopback(host):
        curls = _curls(address)
        lines += ["", say("banner_demo", lang), "", *curls, "", say("banner_add", lang)]
    return "\n".join(f"  {line}" if line else "" for line in lines) + "\n\n"


def _curls(address: str) -> tuple[str, str]:
    """The README's own two commands."""
    ask = '{"model": "demo/echo", "messages": [{"role": "user", "content": "Hello"}]'
    to = f"{address}/v1/chat/completions -H 'content-type: application/json' \\\n      -d "
    return f"  curl {to}'{ask}}}'", f"  curl -N {to}'{ask}, \"stream\": true}}'"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        reason = error.strerror or str(error)
        address = _address(host, port)
        sys.exit(say("port_taken", language(os.environ), address=address, reason=reason))


def _address(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"
