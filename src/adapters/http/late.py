"""Quart, made when it is first asked for: where a process lives for a handful of requests, they
should not wait for what none of them needs. Importing it takes longer than all the rest."""

from collections.abc import Callable

from attrs import define

from .asgi import App, Receive, Scope, Send


@define
class Late:
    """The application that `make` makes, at the first request to it."""

    make: Callable[[], App]
    _made: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            self._made = self.make()
        await self._made(scope, receive, send)
