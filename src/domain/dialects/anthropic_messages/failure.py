"""The shapes in which providers of Anthropic's dialect say that something went wrong.

Anthropic: {"type": "error", "error": {"type", "message"}, "request_id"}; providers that imitate it
also send {"error": {...}} alone, {"error": "text"}, {"detail": ...} or {"message": ...}.
"""

from ...blocks import Json
from ..complaint import as_object


def of(answer: object) -> Json | None:
    """The error in a decoded answer, event or error body, as an object; None if there is none."""
    if not isinstance(answer, dict):
        return None
    said = answer.get("error")
    if said:
        return as_object(said)
    if answer.get("type") == "error":
        return {str(name): value for name, value in answer.items() if name != "type"}
    if "type" not in answer and answer.get("detail"):
        return as_object(answer["detail"])
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
