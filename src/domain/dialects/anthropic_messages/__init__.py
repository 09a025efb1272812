"""Anthropic Messages: request, whole answer, stream, errors. What translates them from and to other
dialects stands beside them, and is imported when it is needed."""

from . import answer, errors, request, stream

__all__ = ["answer", "errors", "request", "stream"]
