"""The function Vercel runs: `app`, an ASGI callable, made at the first request.

Vercel wants a module-level callable with exactly (scope, receive, send). Reading the configuration
waits for the first call, so that a mistake in it is an answer a person can read and no crash.
"""

import json
import os
from pathlib import Path

from ..adapters.http.asgi import App, Receive, Scope, Send
from ..domain.errors import ConfigurationError
from .environments import build
from .settings import load

_FOLDER = Path(__file__).resolve().parent.parent.parent
_made: list[App] = []


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The relay, with its configuration from the environment."""
    if not _made:
        try:
            _made.append(build("vercel", load(os.environ, _FOLDER)).app())
        except ConfigurationError as error:
            if scope["type"] == "http":
                await _misconfigured(error, send)
                return
            raise
    await _made[0](scope, receive, send)


async def _misconfigured(error: ConfigurationError, send: Send) -> None:
    message = "The configuration cannot be used. " + " ".join(map(str, error.problems))
    fields = {"message": message, "type": "server_error", "param": None, "code": "not_configured"}
    body = json.dumps({"error": fields}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
