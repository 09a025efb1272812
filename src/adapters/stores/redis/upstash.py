"""Carries scripts and commands to Upstash, over its REST API, by upstash-redis."""

from collections.abc import Sequence

from ....domain.errors import StoreRefused
from ...outbound import Outbound
from .carrier import Refused, Reply, Script
from .places import Places
from .rest import Member, Place, where
from .text import checked
from .trouble import of_everything, said


class UpstashCarrier:
    """A `Carrier` to the database at a REST URL, with its token.

    It calls through `outbound`, whose connections it shares and does not close; at most so many
    at once, and a call that finds them busy waits `wait` seconds. A connection is up within
    `connect` seconds, a call over within `bound`; callers have deadlines of their own and cancel.
    """

    def __init__(
        self,
        outbound: Outbound,
        url: str,
        token: str,
        *,
        connections: int = 32,
        wait: float = 0.25,
        connect: float = 1.0,
        bound: float = 5.0,
    ) -> None:
        from .upstash_client import Client  # takes a while to import: only who needs it pays

        self._place = Place(where(url), (token,))
        base = url.rstrip("/")
        self._client = Client(outbound, self._place, base, token, connect=connect, bound=bound)
        self._places = Places(self._place.where, most=connections, wait=wait)

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        ours, theirs = checked(keys), checked(args)
        async with self._places:
            try:
                found = await self._client.evalsha(script.sha1, ours, theirs)
            except StoreRefused as error:
                if not error.reply.startswith("NOSCRIPT"):
                    raise self._place.refused(error.reply, script.name) from error
                found = await self._client.eval(script.text, ours, theirs)
        return self._place.decoded(found)

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        told = [checked(command) for command in commands]
        async with self._places:
            found = await self._client.several(told)
        return tuple(map(self._alone, found))

    async def aclose(self) -> None:
        await self._client.close()

    def _alone(self, answer: Member) -> Reply | Refused:
        if not isinstance(answer.error, str):
            return self._place.decoded(answer.result)
        if of_everything(answer.error):
            raise self._place.refused(answer.error)
        return Refused(said(answer.error, self._place.secrets))
