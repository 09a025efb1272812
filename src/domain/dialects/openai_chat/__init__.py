"""OpenAI Chat Completions: request, whole answer, stream, errors."""

from . import answer, errors, request, stream

__all__ = ["answer", "errors", "request", "stream"]
