"""Anthropic Messages: request, whole answer, stream, errors, count; both directions."""

from . import (
    answer,
    answer_in,
    answer_out,
    count,
    errors,
    request,
    request_in,
    request_out,
    stream,
    stream_in,
    stream_out,
)

__all__ = [
    "answer",
    "answer_in",
    "answer_out",
    "count",
    "errors",
    "request",
    "request_in",
    "request_out",
    "stream",
    "stream_in",
    "stream_out",
]
