"""May a request begin: all of its lines fit, or none of them is touched."""

from attrs import evolve

from src.domain import admission
from src.domain.admission import Booked, Denied, Outdated, Records
from src.domain.gauges import Denial, Gauge
from src.domain.lines import Amounts, Line

NOW = 1_000_000_000_000
HOUR = 3_600_000_000
REQUESTS = Line("client:c", "requests", "minute", 1, limit=60)
PLACES = Line("client:c", "concurrency", "total", 1, limit=2, period="now")
TOKENS = Line(
    "deployment", "tokens", "day", 40, limit=100, period="d", begins=NOW - HOUR, ends=NOW + HOUR
)
MONEY = Line("provider:p", "cost", "total", 7, limit=10, period="total")
LINES = (REQUESTS, PLACES, TOKENS, MONEY)


def booked(lines: tuple[Line, ...], records: Records) -> Booked:
    found = admission.admit(lines, records, NOW)
    assert isinstance(found, Booked)
    return found


def denial(lines: tuple[Line, ...], records: Records) -> Denial:
    found = admission.admit(lines, records, NOW)
    assert isinstance(found, Denied)
    return found.denial


def test_all_lines_are_reserved() -> None:
    """Each in the record of its subject; what is left is told of each."""
    found = booked(LINES, {})

    assert {
        "client:c": {
            "requests/minute": Gauge(until=NOW + 1_000_000),
            "concurrency/total": Gauge(period="now", held=1),
        },
        "deployment": {"tokens/day": Gauge(period="d", held=40)},
        "provider:p": {"cost/total": Gauge(period="total", held=7)},
    } == found.records
    assert [59, 1, 60, 3] == [one.remaining for one in found.headroom]


def test_one_line_that_does_not_fit_keeps_all_out() -> None:
    """And the given records are as they were."""
    before = booked(LINES, {}).records
    copy = {subject: dict(record) for subject, record in before.items()}

    assert MONEY == denial(LINES, before).line
    assert copy == before


def test_the_worst_of_several_is_told() -> None:
    """What can never fit, then what never comes back, then the longest wait."""
    full: Records = {
        "client:c": {"concurrency/total": Gauge(period="now", held=2)},
        "deployment": {"tokens/day": Gauge(period="d", used=100)},
    }
    never = evolve(REQUESTS, limit=0)

    assert Denial(TOKENS, HOUR) == denial((PLACES, TOKENS), full)
    spent = full | {"provider:p": {"cost/total": Gauge(period="total", used=9)}}
    assert Denial(MONEY, None) == denial(LINES, spent)
    assert Denial(never, None, never=True) == denial((*LINES, never), spent)


def test_a_limit_in_the_shadow_is_told_and_keeps_nobody_out() -> None:
    """Its books are kept all the same: also beyond the limit."""
    shadow = evolve(PLACES, enforced=False, limit=1)
    records = booked((shadow,), {}).records
    found = booked((shadow, REQUESTS), records)

    assert (Denial(shadow, 1_000_000),) == found.shadowed
    assert Gauge(period="now", held=2) == found.records["client:c"]["concurrency/total"]


def test_a_window_of_another_day_is_asked_for_anew() -> None:
    """Whoever asks may have another clock than the store."""
    late = evolve(TOKENS, begins=NOW - 2 * HOUR, ends=NOW)
    early = evolve(TOKENS, begins=NOW + 1, ends=NOW + HOUR)

    assert Outdated(NOW) == admission.admit((REQUESTS, late), {}, NOW)
    assert Outdated(NOW) == admission.admit((early,), {}, NOW)


def test_what_was_used_is_charged_once_it_is_known() -> None:
    """Requests, tokens and money, each as its metric says."""
    records = booked(LINES, {}).records
    after = admission.settled(LINES, records, Amounts(10, 15, 3), NOW)

    assert {
        "client:c": {
            "requests/minute": Gauge(until=NOW + 1_000_000),
            "concurrency/total": Gauge(period="now"),
        },
        "deployment": {"tokens/day": Gauge(period="d", used=25)},
        "provider:p": {"cost/total": Gauge(period="total", used=3)},
    } == after


def test_what_is_given_back_is_as_if_it_had_never_been() -> None:
    """Another provider has the request now."""
    records = booked((MONEY,), {}).records

    assert {"provider:p": {"cost/total": Gauge(period="total")}} == admission.freed(
        (MONEY,), records, NOW
    )


def test_a_correction_charges_the_difference() -> None:
    """Of each metric; a request stays one request."""
    lost = admission.settled(LINES, booked(LINES, {}).records, Amounts(10, 5, 3), NOW)
    after = admission.corrected(
        LINES, lost, charged=Amounts(10, 5, 3), used=Amounts(10, 25, 9), now=NOW
    )

    assert admission.settled(LINES, booked(LINES, {}).records, Amounts(10, 25, 9), NOW) == after


def test_what_was_served_without_the_store_is_charged() -> None:
    """In the windows that are not over."""
    over = evolve(TOKENS, ends=NOW)
    after = admission.charged((PLACES, over, MONEY), {}, Amounts(1, 1, 4), NOW)

    assert {
        "client:c": {"concurrency/total": Gauge(period="now")},
        "provider:p": {"cost/total": Gauge(period="total", used=4)},
    } == after
