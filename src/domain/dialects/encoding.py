"""Content codings of answers: none is asked for, and none is unpacked."""

from collections.abc import Mapping

from ..errors import BadAnswer


def check(headers: Mapping[str, str]) -> None:
    """Raises BadAnswer for a compressed answer: a small one may unpack to gigabytes."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise BadAnswer("an answer in an encoding that was not asked for", status=200)
