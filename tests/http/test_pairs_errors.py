"""What each SDK raises when a provider of either dialect fails."""

from tests.support.catalogue import HASTY
from tests.support.pair_faults import BREAKS, EARLY, HALF, REFUSALS
from tests.support.pairs import BODY, Pair, both_ways, shows, talk
from tests.support.sdks import heard, raised, talker


@shows(REFUSALS)
@both_ways
async def test_refusals(pair: Pair, row: str, word: str, streamed: bool) -> None:
    """
    The class that the page names, our status, our request id, and the provider's words.
    """
    status, faults = REFUSALS[row]
    async with talk(pair, faults, timeouts=HASTY) as t:
        error = await raised(t.ask(streamed=streamed))
        receipt = await t.relay.finished()

    assert (word, status) == (error.kind, error.status)
    assert receipt.request_id == error.request_id
    assert ("The provider says" in error.words) == (status not in (429, 502))


@shows("429: when to come back")
async def test_when_to_come_back(pair: Pair, row: str, word: str) -> None:
    """
    The provider's hint reaches the SDK as a header it obeys.
    """
    async with talk(pair, REFUSALS["429, every key rests"][1]) as t:
        error = await raised(t.ask())

    assert word == f"retry-after: {error.retry_after}"


@shows("401, a wrong client key")
async def test_a_wrong_client_key(pair: Pair, row: str, word: str) -> None:
    """
    The relay's own refusal, in the caller's dialect.
    """
    async with talk(pair, EARLY["401"]) as t, talker(t.relay, pair.sdk, key="sk-no") as sdk:
        error = await raised(sdk.ask(streamed=False, **BODY[pair.caller]))

    assert (word, 0) == (error.kind, len(t.one.requests))


@shows("404, an unknown model")
async def test_an_unknown_model(pair: Pair, row: str, word: str) -> None:
    """
    A name that nobody has, with those that are near.
    """
    async with talk(pair, EARLY["401"]) as t:
        error = await raised(t.ask(model="gpt-4p"))

    assert (word, True) == (error.kind, "gpt-4o" in error.words)


@shows(BREAKS)
async def test_broken_streams(pair: Pair, row: str, word: str) -> None:
    """
    The words that came are there, then the SDK raises: a cut never looks complete.
    """
    words: list[str] = []
    async with talk(pair, BREAKS[row], timeouts=HASTY) as t:
        error = await raised(heard(t.sdk.words(**BODY[pair.caller]), words))

    assert (word, HALF) == (error.kind, "".join(words))
    assert "not complete" in error.words
