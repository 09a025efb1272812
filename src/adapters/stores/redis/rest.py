"""What Upstash answers over REST, read: bytes in, values or StoreUnavailable out. Knows no socket.

https://upstash.com/docs/redis/features/restapi
"""

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec
from attrs import field, frozen
from msgspec import UNSET, UnsetType

from ....domain.errors import (
    StoreForbids,
    StoreGarbled,
    StoreOverQuota,
    StoreUnavailable,
)
from .carrier import Reply
from .text import unwritable
from .trouble import refused


class Member(msgspec.Struct, frozen=True):
    """The answer to one command: one of the two is there. `result` is still in base64."""

    result: object = UNSET
    error: str | UnsetType = UNSET


_ANSWER: msgspec.json.Decoder[Member | list[Member]] = msgspec.json.Decoder(Member | list[Member])


@frozen
class Place:
    """Which database; `where` names it in messages, without a secret."""

    where: str
    secrets: tuple[str, ...] = field(repr=False)

    def one(self, status: int, body: bytes) -> object:
        """The result of a single command. Raises StoreUnavailable."""
        found = self._read(status, body)
        if isinstance(found, list) or found.result is UNSET:
            raise self.garbled(status)
        return found.result

    def several(self, status: int, body: bytes, count: int) -> list[Member]:
        """The answers to a pipeline. Raises StoreUnavailable where there is but one for all."""
        found = self._read(status, body)
        if not isinstance(found, list) or len(found) != count:
            raise self.garbled(status)
        return found

    def decoded(self, result: object) -> Reply:
        """A result out of base64. Raises StoreGarbled."""
        try:
            return _decoded(result)
        except (binascii.Error, ValueError):
            raise self.garbled(200) from None

    def refused(self, text: str, named: str = "") -> StoreUnavailable:
        return refused(f"{self.where}: {named}" if named else self.where, text, self.secrets)

    def garbled(self, status: int) -> StoreGarbled:
        return StoreGarbled(
            f"{self.where}: what answers there ({status}) is not Upstash: mend KV_REST_API_URL,"
            " or wait if it is a fault of theirs"
        )

    def _read(self, status: int, body: bytes) -> Member | list[Member]:
        try:
            found = _ANSWER.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise self._by_status(status) or self.garbled(status) from None
        if isinstance(found, Member) and found.error is not UNSET:
            raise self._by_status(status, found.error) or self.refused(found.error)
        if status != 200:
            raise self._by_status(status) or self.garbled(status)
        return found

    def _by_status(self, status: int, text: str = "") -> StoreUnavailable | None:
        """What the status says more surely than the text."""
        if status in (401, 403):
            return StoreForbids(f"{self.where}: it does not accept our token: mend it")
        if status == 429:
            return StoreOverQuota(f"{self.where}: too many calls for its plan: raise the plan")
        return None


def encoded(command: Sequence[object]) -> bytes:
    """A command, or several, as JSON. Raises NotStorable for text that has no UTF-8."""
    try:
        return msgspec.json.encode(command)
    except UnicodeEncodeError:
        raise unwritable() from None


def where(url: str) -> str:
    """Scheme and host of a URL: what of it may be shown."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "the store"
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _decoded(result: object) -> Reply:
    """`Upstash-Encoding: base64` encodes every string but OK."""
    if isinstance(result, str):
        return b"OK" if result == "OK" else base64.b64decode(result, validate=True)
    if result is None or type(result) is int:
        return result
    if isinstance(result, list):
        return [_decoded(one) for one in result]
    raise ValueError("neither text, number, list nor nothing")
