"""The npm SDKs as talkers: each runs in node, as `tests/clients/talk` has it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from attrs import frozen

from .node import notes, run
from .relay import Relay
from .talkers import Json, Said, Shape


@frozen
class NodeTalker:
    """`script`: the module of `tests/clients/talk`; `options`: what its client is made with."""

    relay: Relay
    script: str
    options: Json

    async def ask(self, *, streamed: bool, **body: Json) -> Said:
        said = await self._run("ask", body, streamed=streamed)
        return Said(
            text=said["text"],
            finish=said["finish"],
            calls=tuple(map(tuple, said["calls"])),
            thought=said["thought"],
            signatures=tuple(said["signatures"]),
            usage=tuple(said["usage"]),
            model=said["model"],
            message=said["message"],
            stop_sequence=said.get("stopSequence"),
        )

    async def parsed(self, shape: type[Shape], *, streamed: bool, **body: Json) -> Shape | None:
        """The scripts have the shape in words of their own."""
        return shape.model_validate(await self._run("parsed", body, streamed=streamed))

    async def words(self, **body: Json) -> AsyncIterator[str]:
        said = notes(self.relay, self.script, "words", **self._told(body))
        async with aclosing(said) as pieces:
            async for piece in pieces:
                yield piece

    async def headers(self, **body: Json) -> Mapping[str, str]:
        headers: Mapping[str, str] = await self._run("headers", body)
        return headers

    async def _run(self, case: str, body: Json, **more: Any) -> Json:
        return await run(self.relay, self.script, case, **self._told(body), **more)

    def _told(self, body: Json) -> Json:
        own = {name: value for name, value in body.items() if name != "extra_headers"}
        return self.options | {"body": own, "headers": body.get("extra_headers", {})}
