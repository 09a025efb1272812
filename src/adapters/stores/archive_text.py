"""An archive as lines of JSON: a header, a line for each thing, and how many there were."""

from collections.abc import Iterable, Iterator

import msgspec

from ...domain import histogram
from ...domain.receipt import Receipt
from ...domain.usage import Heading, Row, Tally, Window
from . import words
from .archive import Content, Item, Sum
from .record_text import Found, text
from .records import SHAPE, Saved, sealed

#: How archives are written; one of a larger number is refused.
FORMAT = 1
_TIMES = ("latency", "first_event")
_NUMBERS = tuple(name for name in Tally.__annotations__ if name not in _TIMES)


class NoArchive(ValueError):
    """Nothing that can be imported: says which line, and why."""

    def __init__(self, line: int, newer: bool = False) -> None:
        super().__init__(line)
        self.line = line
        #: Written by a newer relay, and not damaged.
        self.newer = newer


def header() -> str:
    return words.text({"airelay": FORMAT}).decode()


def footer(lines: int) -> str:
    return words.text({"end": lines}).decode()


def line(item: Item) -> str:
    match item:
        case Saved():
            told: object = {"id": item.id, "saved": msgspec.Raw(text(item, 0).encode())}
        case Sum():
            told = {"window": item.window, "sum": _told(item.row)}
        case Receipt():
            told = {"receipt": item}
    return words.text(told).decode()


def content(lines: Iterable[str]) -> Content:
    """Back from the lines, all or nothing. Raises NoArchive."""
    found, ended, count = Content(), False, 0
    for number, item in enumerate(_items(lines), start=1):
        count = number
        if ended:
            raise NoArchive(number)
        if isinstance(item, int):
            ended = True
            if item != number - 2:  # but for the header and this line
                raise NoArchive(number)
        elif item is not None:
            found.add(item)
    if not ended:
        raise NoArchive(count + 1)
    return found


class _Sum(msgspec.Struct):
    period: str
    client: str
    provider: str
    model: str
    status: int
    numbers: dict[str, int]
    latency: str
    first_event: str


class _Line(msgspec.Struct):
    """One of these."""

    airelay: int | None = None
    id: str = ""
    saved: msgspec.Raw = msgspec.Raw()
    window: Window = "day"
    sum: _Sum | None = None
    receipt: Receipt | None = None
    end: int | None = None


def _items(lines: Iterable[str]) -> Iterator[Item | int | None]:
    for number, told in enumerate(lines, start=1):
        try:
            found = msgspec.json.decode(told, type=_Line)
        except (msgspec.MsgspecError, ValueError):
            raise NoArchive(number) from None
        if (found.airelay is not None) != (number == 1):
            raise NoArchive(number)
        if found.airelay is not None and found.airelay > FORMAT:
            raise NoArchive(number, newer=True)
        yield _item(found, number)


def _item(found: _Line, number: int) -> Item | int | None:
    if found.airelay is not None:
        return None
    if found.end is not None:
        return found.end
    if found.receipt is not None:
        return found.receipt
    if found.sum is not None:
        return Sum(found.window, _row(found.sum, number))
    saved = Found.read(found.id, bytes(found.saved)).row
    if sealed(saved) != saved or saved.shape > SHAPE:
        raise NoArchive(number, newer=sealed(saved) == saved)
    return saved


def _told(row: Row) -> _Sum:
    heading, tally = row.heading, row.tally
    return _Sum(
        row.period,
        heading.client,
        heading.provider,
        heading.model,
        heading.status,
        {name: getattr(tally, name) for name in _NUMBERS},
        histogram.text(tally.latency),
        histogram.text(tally.first_event),
    )


def _row(told: _Sum, number: int) -> Row:
    heading = Heading(told.client, told.provider, told.model, told.status)
    times = histogram.read(told.latency), histogram.read(told.first_event)
    try:
        tally = Tally(**told.numbers, latency=times[0], first_event=times[1])
    except TypeError:  # a column that is not known here
        raise NoArchive(number, newer=True) from None
    return Row(told.period, heading, tally)
