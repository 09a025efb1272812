"""Commands as bytes or values: text in, nothing else."""

from collections.abc import Sequence

from ....domain.errors import NotStorable

Command = Sequence[str]


def checked(command: Command) -> list[str]:
    """The command, all of it text. Raises TypeError for a defect of ours: bytes, numbers, None
    are written differently by every client there is."""
    for word in command:
        if type(word) is not str:
            raise TypeError(f"a command holds text, not {type(word).__name__}")
    return list(command)


def packed(command: Command) -> bytes:
    """One command in RESP. Raises NotStorable for text that has no UTF-8."""
    raws = [utf8(word) for word in checked(command)]
    parts = [b"*%d\r\n" % len(raws)]
    parts += (b"$%d\r\n%b\r\n" % (len(raw), raw) for raw in raws)
    return b"".join(parts)


def utf8(word: str) -> bytes:
    """Raises NotStorable for half of a surrogate pair, without the text in the message."""
    try:
        return word.encode()
    except UnicodeEncodeError:
        raise unwritable() from None


def unwritable() -> NotStorable:
    return NotStorable("text with half of a surrogate pair cannot be stored")
