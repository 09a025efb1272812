"""What stands in the relay's place while its configuration cannot be used: it says why."""

from attrs import frozen

from ...domain.errors import NotConfigured, Problem
from . import errors, page
from .asgi import Receive, Scope, Send
from .house import told_to
from .visitor import headers_of


@frozen
class Misconfigured:
    """An ASGI application: 503 and every mistake, as a page, or in the caller's dialect."""

    problems: tuple[Problem, ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{step}.complete"})
        elif scope["type"] == "http":
            await self._say(scope, send)

    async def _say(self, scope: Scope, send: Send) -> None:
        headers = headers_of(scope)
        if page.wanted(str(scope["method"]), headers):
            lang = page.language(headers.get("accept-language", ""))
            written = page.broken(self.problems, lang)
        else:
            message = "The configuration cannot be used. " + " ".join(map(str, self.problems))
            told = told_to(str(scope["path"]), headers, "")
            written = errors.write(NotConfigured(message), told)
        fields = {
            "content-type": written.content_type,
            "content-length": str(len(written.body)),
            "cache-control": "no-store",
            **dict(written.headers),
        }
        pairs = [(name.encode(), value.encode()) for name, value in fields.items()]
        await send({"type": "http.response.start", "status": written.status, "headers": pairs})
        await send({"type": "http.response.body", "body": written.body})
