"""The shapes in which "OpenAI-compatible" providers say that something went wrong.

OpenAI: {"error": {...}}; also seen: {"error": "text"}, {"object": "error", "message": ...} (older
vLLM), {"detail": ...} (FastAPI), an error inside a choice or `finish_reason: "error"` (OpenRouter).
"""

from ...blocks import Json
from ..complaint import as_object


def of(answer: object) -> Json | None:
    """The error in a decoded answer, event or error body, as an object; None if there is none."""
    if not isinstance(answer, dict):
        return None
    if answer.get("error"):
        return as_object(answer["error"])
    if answer.get("object") == "error":
        return as_object(answer)
    choices = answer.get("choices")
    if choices is None and answer.get("detail"):
        return as_object(answer["detail"])
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and (
            choice.get("error") or choice.get("finish_reason") == "error"
        ):
            return as_object(choice.get("error") or "the choice ended in an error")
    return None


def is_openais(answer: object) -> bool:
    """Is it in OpenAI's own shape, so that its SDKs can read it?"""
    error = answer.get("error") if isinstance(answer, dict) else None
    return isinstance(error, dict) and isinstance(error.get("message"), str)
