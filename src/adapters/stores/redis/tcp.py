"""Carries scripts and commands over TCP, by redis-py."""

from collections.abc import Sequence

from ....domain.errors import ConfigurationError, Problem
from .carrier import Refused, Reply, Script
from .text import packed
from .trouble import Complaint, of_everything, refused, said


class TcpCarrier:
    """A `Carrier` to one Redis or Valkey, by its REDIS_URL: `redis://`, or `rediss://` for TLS.

    Not to a cluster: a node of one answers MOVED, which is StoreRefused (docs/adr/0017). At most
    `connections`; a call that finds them busy waits `wait` seconds. A connection is up within
    `connect` seconds, a call over within `bound`; callers have deadlines of their own and cancel.
    Belongs to the loop it is first used in. Making one connects nothing; raises
    ConfigurationError for a URL that is none, and where redis-py is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 16,
        wait: float = 0.25,
        connect: float = 1.0,
        bound: float = 5.0,
    ) -> None:
        try:
            from .link import Links  # redis-py is an extra, and takes a while to import
        except ImportError:
            raise _not_installed() from None
        self._links = Links(url, most=connections, wait=wait, connect=connect)
        self._bound = bound

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        rest = (str(len(keys)), *keys, *args)
        answer = (await self._trip(("EVALSHA", script.sha1, *rest)))[0]
        if isinstance(answer, Complaint) and answer.text.startswith("NOSCRIPT"):
            answer = (await self._trip(("EVAL", script.text, *rest)))[0]
        if isinstance(answer, Complaint):
            raise refused(f"{self._links.where}: {script.name}", answer.text, self._links.secrets)
        return answer

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        return tuple(map(self._alone, await self._trip(*commands)))

    async def aclose(self) -> None:
        await self._links.aclose()

    async def _trip(self, *commands: Sequence[str]) -> list[Reply | Complaint]:
        data = b"".join(map(packed, commands))
        return await self._links.trip(data, len(commands), self._bound)

    def _alone(self, answer: Reply | Complaint) -> Reply | Refused:
        if not isinstance(answer, Complaint):
            return answer
        if of_everything(answer.text):
            raise refused(self._links.where, answer.text, self._links.secrets)
        return Refused(said(answer.text, self._links.secrets))


def _not_installed() -> ConfigurationError:
    mend = "Install airelay[serve], or set KV_REST_API_URL and KV_REST_API_TOKEN."
    return ConfigurationError((Problem("REDIS_URL", "needs redis-py, which is missing.", mend),))
