"""Usage lines are found in a log however a platform hands it out."""

import csv
import json
from io import StringIO

import pytest

from src.domain.usage_search import count, search
from tests.support.owed import line

LINE = line("r1")
TOLD = json.loads(LINE)


def cell(text: str) -> str:
    row = StringIO()
    csv.writer(row).writerow(["2026-11-22", text, "stdout"])
    return row.getvalue()


WRAPPED = {
    "as it was written": f"{LINE}\n",
    "behind a time stamp": f"2026-11-22T20:15:01.123Z [info] {LINE}",
    "behind a time stamp and tabs": f"2026-11-22T20:15:01Z\tstdout F\t{LINE}",
    "behind brackets": f"[relay] [7] {{x}} {LINE} (cold start)",
    "behind an odd quotation mark": f'it"s {LINE}',
    "as a member": json.dumps({"timestamp": 1, "message": TOLD}),
    "as a text (Docker)": json.dumps({"log": LINE + "\n", "stream": "stdout"}),
    "as a text in a text": json.dumps({"text": json.dumps({"message": LINE})}),
    "as a text behind a stamp": json.dumps({"message": f"2026-11-22 INFO {LINE}"}),
    "as the event of another log": json.dumps({"event": LINE, "level": "info"}),
    "as one of an array": json.dumps([{"message": "hello"}, {"message": LINE}]),
    "as a line of logfmt": f"level=info msg={json.dumps(LINE)} host=a",
    "as a line of an indented export": f'    "message": {json.dumps(LINE)},\n',
    "as an array that was cut": f'{{"message": 1}}, {{"message": {json.dumps(LINE)}}}, {{"mess',
    "as a cell of CSV": cell(LINE),
    "as a text in a cell of CSV": cell(json.dumps({"message": LINE})),
}


@pytest.mark.parametrize("text", WRAPPED.values(), ids=WRAPPED)
def test_it_is_found(text: str) -> None:
    """
    Once, and whole.
    """
    assert 1 == count(text)
    assert [TOLD] == search(text)


def test_several_in_one_line_are_all_found() -> None:
    """
    In their order, as in an array of a hundred, or one behind the other.
    """
    lines = [line(f"r{number}") for number in range(100)]
    told = [json.loads(one) for one in lines]

    assert told == search(json.dumps([{"message": one} for one in lines]))
    assert told == search(" | ".join(lines))


OTHERS = [
    "",
    "GET / 200",
    '{"event":"request","model":"m"}',
    '{"event":"fault","detail":"Traceback ... usage ..."}',
    "the lines relay.usage.v1 of last week",
    '{"event":"relay usage v1"}',
]


@pytest.mark.parametrize("text", OTHERS)
def test_what_does_not_look_like_one_is_passed_over(text: str) -> None:
    """
    A log is mostly other things.
    """
    assert 0 == count(text)


@pytest.mark.parametrize("cut", range(1, len(LINE) - 1, 7))
def test_one_that_is_cut_off_is_none(cut: int) -> None:
    """
    Wherever it is cut: what looks like one and is not there is for a person to see.
    """
    assert [] == search(LINE[:cut])
    assert [TOLD] == search(f"{LINE[:cut]} {LINE}")
    assert [] == search(json.dumps({"message": LINE[:cut]}))


@pytest.mark.parametrize("open_", ["[", '{"a":', '"', '[["', "{"])
def test_nothing_takes_long(open_: str) -> None:
    """
    Brackets without an end, a megabyte of them, before a line.
    """
    assert search(f"{open_ * 200_000} {LINE}") in ([], [TOLD])


def test_nesting_has_a_bound() -> None:
    """
    Ten wrappers around one another are nobody's log.
    """
    text = LINE
    for _ in range(10):
        text = json.dumps([text])

    assert [] == search(text)
