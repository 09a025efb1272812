"""How large an image is, as its first bytes say.

PNG (RFC 2083), GIF89a, JPEG (ITU T.81 B.2.2), WebP (RFC 9649).
"""

import binascii
import struct

#: Of an image this much of its base64 is looked at; a JPEG's size may follow a thumbnail.
_ENOUGH = 65536
#: Frames of a JPEG begin with one of these; the other markers in the range say something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def size(base64: str) -> tuple[int, int] | None:
    """Width and height; None if they cannot be told."""
    try:
        data = binascii.a2b_base64(base64[:_ENOUGH])
    except (binascii.Error, ValueError):
        return None
    try:
        return _size(data)
    except (struct.error, IndexError):
        return None


def _size(data: bytes) -> tuple[int, int] | None:
    if data.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", data[16:24])
    elif data.startswith(b"GIF8"):
        width, height = struct.unpack("<HH", data[6:10])
    elif data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    elif data[8:15] == b"WEBPVP8":
        return _webp(data)
    else:
        return None
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        at += 2 + max(length, 2)
    return None


def _webp(data: bytes) -> tuple[int, int]:
    kind = data[15:16]
    if kind == b"X":  # extended: 24 bits each, less one
        return _little(data[24:27]) + 1, _little(data[27:30]) + 1
    if kind == b"L":  # lossless: 14 bits each, less one
        bits = _little(data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", data[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
