"""The function Vercel runs: `app`, an ASGI callable, made at the first call.

Vercel wants a module-level callable with exactly (scope, receive, send). Reading the configuration
waits for the first call, so that a mistake in it is an answer a person can read and no crash.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ..adapters.http.asgi import App, Receive, Scope, Send
from ..adapters.http.misconfigured import Misconfigured
from ..domain.errors import ConfigurationError
from .ending import Ending
from .environments import build
from .settings import load

_FOLDER = Path(__file__).resolve().parent.parent.parent


class Function:
    """The relay, with its configuration from the environment."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = environ
        self._folder = folder
        self._made: App | None = None
        self._ending = Ending()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            self._made = self._make()
        if scope["type"] == "lifespan":
            self._ending.listen()
            await self._made(scope, receive, send)
            return
        with self._ending.under_way():
            await self._made(scope, receive, send)

    def _make(self) -> App:
        try:
            return build("vercel", load(self._environ, self._folder)).app()
        except ConfigurationError as error:
            return Misconfigured(error.problems)


app = Function(os.environ, _FOLDER)
