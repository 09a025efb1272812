"""JSON of providers, which may be none at all."""

import msgspec

_NONE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(data: bytes) -> object:
    """What it says; None for what is no JSON, is not UTF-8, or is nested beyond reason."""
    try:
        return msgspec.json.decode(data)
    except _NONE:
        return None


def is_json(data: bytes) -> bool:
    """Is it whole?"""
    try:
        msgspec.json.decode(data)
    except _NONE:
        return False
    return True
