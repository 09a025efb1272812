"""What cannot be said in the provider's dialect: named, or refused; never dropped in silence."""

from typing import Any

import anthropic
import openai
import pytest

from tests.support.pair_answers import TEXT
from tests.support.pair_drops import BROKEN, DROPPED, REFUSED
from tests.support.pair_requests import got
from tests.support.pairs import PAIRS, Pair, ability, each, talk

#: Rows whose field is all that is said: without it there is no request.
ALL_THERE_IS = {
    *("Audio", "A file that OpenAI keeps"),
    *("A file that Anthropic keeps", "A document by its link"),
}


@each(DROPPED)
async def test_dropped_and_named(pair: Pair, row: str, word: str) -> None:
    """
    The answer says what was left out.
    """
    async with talk(pair, TEXT) as t:
        dropped = await t.dropped(**DROPPED[row][1])
        receipt = await t.relay.finished()

    assert (word, (word,)) == (dropped, receipt.dropped)


@each(REFUSED)
async def test_refused(pair: Pair, row: str, word: str) -> None:
    """
    400 that names the field, and no provider is asked.
    """
    async with talk(pair, TEXT) as t:
        error = await _raised(t.ask(**REFUSED[row][1]))

    assert 0 == len(t.one.requests)
    _names(error, word)


@each(BROKEN)
@pytest.mark.parametrize("strict", [True, False])
async def test_broken_requests(pair: Pair, row: str, word: str, strict: bool) -> None:
    """
    What is no request is a 400 that names the field, however lenient the relay is.
    """
    async with talk(pair, TEXT, strict=strict) as t:
        error = await _raised(t.ask(**BROKEN[row][1]))

    assert 0 == len(t.one.requests)
    _names(error, word)


@pytest.mark.parametrize("row", sorted(REFUSED.keys() - ALL_THERE_IS))
async def test_lenient(row: str) -> None:
    """
    A relay that is not strict drops it, and says so.
    """
    name, body = REFUSED[row]
    async with talk(PAIRS[name], TEXT, strict=False) as t:
        dropped = await t.dropped(**body)

    assert 1 == len(t.one.requests)
    assert dropped


@ability("Nothing is dropped", "openai-openai", "anthropic-anthropic")
async def test_nothing_is_dropped(pair: Pair) -> None:
    """
    To its own dialect everything goes, and nothing is named.
    """
    own = [body for name, body in (DROPPED | REFUSED).values() if name.startswith(pair.caller)]
    async with talk(pair, TEXT) as t:
        for body in own:
            assert None is await t.dropped(**body)
            assert set(body) - {"extra_body"} | set(body.get("extra_body", ())) <= set(
                got(t.one.last)
            )


async def _raised(asked: Any) -> Any:
    with pytest.raises((openai.BadRequestError, anthropic.BadRequestError)) as raised:
        await asked
    return raised.value


def _names(error: Any, field: str) -> None:
    """Anthropic's errors have no place for the field but the message."""
    if isinstance(error, openai.BadRequestError):
        assert field == error.param
    else:
        assert error.body["error"]["message"].startswith(f"{field}: ")
