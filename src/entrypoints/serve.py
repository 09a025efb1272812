"""The relay on a machine: one process or several on one port, and a banner that says what to do."""

import gc
import os
import socket
import sys
from functools import partial

from ..adapters.clock import RealClock
from ..adapters.log import LogObserver
from ..domain.access import DEMO
from ..locales import language, say
from .container import log_style, write_line
from .descriptors import is_low, raise_limit
from .environments import build
from .first_key import is_loopback
from .server import Server, config
from .settings import Settings
from .workers import HEARD, Ends, Supervisor


def run(settings: Settings, *, host: str, port: int) -> None:
    """Serves until told to stop. Exits with a sentence when the address cannot be had."""
    limit = raise_limit()
    listener = _listen(host, port)
    address = _address(host, listener.getsockname()[1])
    lang = language(os.environ)
    low = say("files_low", lang, limit=limit) if is_low(limit) else ""
    text = banner(settings, address, host, lang, low=low)
    with listener:
        if settings.workers == 1:
            _serve_alone(settings, listener, text)
        else:
            sys.exit(_supervise(settings, listener, text))


def _serve_alone(settings: Settings, listener: socket.socket, text: str) -> None:
    app = build("serve", settings).app()
    _calm_collector()
    Server(config(app), settings.grace, partial(_show, text)).run(sockets=[listener])


def _supervise(settings: Settings, listener: socket.socket, text: str) -> int:
    """The exit status. The socket is made once, before the workers: whoever is free takes the next
    connection, and none is lost when one of them dies."""

    def work(ends: Ends) -> None:
        app = build("serve", settings).app()  # each has its own: nothing is shared but the store
        server = Server(
            config(app), settings.grace, ends.tell, signals=HEARD, lifeline=ends.lifeline
        )
        server.run(sockets=[listener])

    # Raises here what every worker would say; and what it imports, the workers need not.
    build("serve", settings).app()
    _calm_collector()
    return Supervisor(
        settings.workers,
        work,
        LogObserver(write_line, log_style(settings)),
        RealClock(),
        all_ready=partial(_show, text),
        stopping=listener.close,
    ).run()


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _calm_collector() -> None:
    """What is loaded stays: the collector need not look at it again. Its thresholds are left alone;
    looking less often is cheaper, and memory is then no longer flat."""
    gc.collect()
    gc.freeze()


def banner(settings: Settings, address: str, host: str, lang: str = "en", *, low: str = "") -> str:
    """What a person reads when the relay is up; `low`: a word on the limit of open files."""
    names = [provider.name for provider in settings.snapshot.providers if provider.enabled]
    shown = ", ".join(names) or say("banner_none", lang)
    lines = ["", say("banner_listens", lang, address=address)]
    lines.append(say("banner_providers", lang, names=shown))
    if settings.workers > 1:
        lines.append(say("banner_workers", lang, count=settings.workers))
    notices = (*settings.notices, low) if low else settings.notices
    lines += [say("banner_note", lang, notice=notice) for notice in notices]
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
