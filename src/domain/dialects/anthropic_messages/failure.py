"""The shapes in which providers of Anthropic's dialect say that something went wrong.

Anthropic: {"type": "error", "error": {"type", "message"}, "request_id"}; providers that imitate it
also send {"error": {...}} alone, {"error": "text"}, {"detail": ...} or {"message": ...}.
"""

import msgspec

from ...blocks import Json

#: Of a provider's words this many characters go on.
_LONGEST = 1000


def of(answer: object) -> Json | None:
    """The error in a decoded answer, event or error body, as an object; None if there is none."""
    if not isinstance(answer, dict):
        return None
    said = answer.get("error")
    if said:
        return _object(said)
    if answer.get("type") == "error":
        return {str(name): value for name, value in answer.items() if name != "type"}
    if "type" not in answer and answer.get("detail"):
        return _object(answer["detail"])
    return None


def is_anthropics(answer: object) -> bool:
    """Is it in Anthropic's own shape, so that its SDKs can read it?"""
    if not isinstance(answer, dict) or answer.get("type") != "error":
        return False
    error = answer.get("error")
    return (
        isinstance(error, dict)
        and isinstance(error.get("type"), str)
        and isinstance(error.get("message"), str)
    )


def words(body: bytes, answer: object) -> str:
    """What an error body says to a person; "" for a page of HTML or nothing at all."""
    error = of(answer)
    if error is None and isinstance(answer, dict):
        error = {str(name): value for name, value in answer.items()}
    if error is not None:
        said = error.get("message") or error.get("msg")
        return (said if isinstance(said, str) else _text(error))[:_LONGEST]
    text = body[: _LONGEST * 4].decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else text[:_LONGEST]


def _object(error: object) -> Json:
    if isinstance(error, dict):
        return {str(name): value for name, value in error.items()}
    return {"message": error if isinstance(error, str) else _text(error)}


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
