"""The front door: an ASGI callable of ours before Quart's, for all that carries traffic (ADR 0004).

It answers every unknown path and wrong method itself, so that Quart, which answers 500 to a target
without a slash, never sees one.
"""

import traceback
from collections.abc import Awaitable, Callable

from attrs import define

from ...domain import access
from ...domain.errors import NotConfigured, Refusal
from ...domain.events import Faulted, RequestFinished
from ...domain.receipt import Receipt
from . import errors, page, receipt_headers, reply
from .asgi import App, Message, Receive, Scope, Send
from .body import ClientGone
from .handlers import chat, daily, models, receipts, stream_test
from .house import House, Visit
from .knobs import client_request_id
from .routes import Match, match
from .visitor import check, headers_of, is_local

_HANDLERS: dict[str, Callable[[House, Visit], Awaitable[None]]] = {
    "chat": chat.completions,
    "messages": chat.messages,
    "count_tokens": chat.count_tokens,
    "models": models.list_all,
    "model": models.one,
    "receipt": receipts.one,
    "stream_test": stream_test.count,
    "daily": daily.run,
}


@define
class Gate:
    """An ASGI application: the routes of the gate, and `rest` for all others."""

    house: House
    rest: App

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._other(scope, receive, send)
            return
        visit = self._visit(scope, receive, send)
        if visit.told.dialect == "anthropic_messages":
            # Where its SDKs look for it: https://platform.claude.com/docs/en/api/errors#request-id
            visit.send = _identified(send, visit.id, b"request-id")
        try:
            found = self._enter(visit)
            if found.route.served == "quart":
                await self.rest(scope, receive, _identified(send, visit.id))
            else:
                await _HANDLERS[found.route.handler](self.house, visit)
        except Refusal as refusal:
            await self._refuse(visit, refusal)
        except ClientGone:
            self._left(visit)
        except Exception:
            # The outermost handler: says nothing of the inside, and the log has it all.
            self.house.observer.note(Faulted(visit.id, traceback.format_exc()))
            await reply.send(
                visit, errors.write_internal(visit.told), [(b"x-request-id", visit.id.encode())]
            )

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """The lifespan: ready before the first request, closed after the last."""
        steps = {"startup": self.house.open, "shutdown": self.house.close}
        for name, step in steps.items():
            await receive()
            try:
                await step()
            except BaseException as error:
                await send({"type": f"lifespan.{name}.failed", "message": str(error)})
                raise
            await send({"type": f"lifespan.{name}.complete"})

    def _visit(self, scope: Scope, receive: Receive, send: Send) -> Visit:
        clock, left = self.house.clock, self.house.time_left()
        received = clock.monotonic()
        return Visit(
            scope=scope,
            receive=receive,
            send=send,
            headers=headers_of(scope),
            id=self.house.new_id(),
            received=received,
            at=clock.now(),
            ends=None if left is None else received + left,
        )

    def _enter(self, visit: Visit) -> Match:
        """Finds the route and lets the caller in, from headers alone."""
        check(visit.scope, visit.headers)
        index = self.house.directory.index()
        if visit.path != "/health" and not visit.path.startswith("/health/"):
            access.check_configured(index)
        found = match(visit.method, visit.path)
        if found.route.policy == "client":
            access.check_temporary(visit.headers, self.house.lacks)
            local = is_local(visit.scope, visit.headers)
            visit.principal = access.admit(
                visit.headers, index, local=local, legacy=self.house.legacy, now=visit.at
            )
        if found.route.policy == "operator":
            access.check_operator(visit.headers, self.house.operators, self.house.lacks)
        visit.rest = found.rest
        return found

    async def _refuse(self, visit: Visit, refusal: Refusal) -> None:
        written = errors.write(refusal, visit.told)
        if isinstance(refusal, NotConfigured) and page.wanted(visit.method, visit.headers):
            lang = page.language(visit.headers.get("accept-language", ""))
            written = page.setup(self.house.lacks, lang, status=written.status)
        receipt = self._receipt(visit, written.status, str(refusal))
        await reply.send(visit, written, receipt_headers.of(receipt))
        self.house.observer.note(RequestFinished(receipt))

    def _left(self, visit: Visit) -> None:
        gone = self._receipt(visit, errors.CLIENT_GONE, "the client left while it was sending")
        self.house.observer.note(RequestFinished(gone))

    def _receipt(self, visit: Visit, status: int, error: str) -> Receipt:
        return Receipt(
            request_id=visit.id,
            at=visit.at,
            client=visit.principal.client,
            endpoint=visit.path[:200],
            model="",
            stream=False,
            ending="client_gone" if status == errors.CLIENT_GONE else "denied",
            status=status,
            seconds=self.house.clock.monotonic() - visit.received,
            error=error,
            client_request_id=client_request_id(visit.headers),
        )


def _identified(send: Send, request_id: str, name: bytes = b"x-request-id") -> Send:
    """Every answer carries this header as well; Quart's has no request id of its own."""

    async def with_id(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (name, request_id.encode())]
        await send(message)

    return with_id
