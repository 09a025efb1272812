"""The shapes in which "OpenAI-compatible" providers say that something went wrong.

OpenAI: {"error": {...}}; also seen: {"error": "text"}, {"object": "error", "message": ...} (older
vLLM), {"detail": ...} (FastAPI), an error inside a choice or `finish_reason: "error"` (OpenRouter).
"""

import msgspec

#: Of a provider's words this many characters go on.
_LONGEST = 1000


def of(answer: object) -> dict[str, object] | None:
    """The error in a decoded answer, event or error body, as an object; None if there is none."""
    if not isinstance(answer, dict):
        return None
    if answer.get("error"):
        return _object(answer["error"])
    if answer.get("object") == "error":
        return {str(name): value for name, value in answer.items()}
    choices = answer.get("choices")
    if choices is None and answer.get("detail"):
        return _object(answer["detail"])
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict) and (
            choice.get("error") or choice.get("finish_reason") == "error"
        ):
            return _object(choice.get("error") or "the choice ended in an error")
    return None


def is_openais(answer: object) -> bool:
    """Is it in OpenAI's own shape, so that its SDKs can read it?"""
    error = answer.get("error") if isinstance(answer, dict) else None
    return isinstance(error, dict) and isinstance(error.get("message"), str)


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


def _object(error: object) -> dict[str, object]:
    if isinstance(error, dict):
        return {str(name): value for name, value in error.items()}
    return {"message": error if isinstance(error, str) else _text(error)}


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
