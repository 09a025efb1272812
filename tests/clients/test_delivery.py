"""`x-relay-delivery: whole`, as an SDK meets it: all of a stream, or an error before a word."""

from tests.support import golden
from tests.support.behaviours import cut_after
from tests.support.node import run
from tests.support.relay import relay_of
from tests.support.whole import ALONE_BY_HEADER, BY_HEADER, HEADER, house

from .page import ability, raises

WHOLE = dict([HEADER])


@ability("`x-relay-delivery: whole`", "openai", "vercel")
async def test_whole_delivery(sdk: str) -> None:
    """
    The pieces are the provider's own, and the answer says how it was delivered.
    """
    async with relay_of() as (_, relay):
        said = await run(relay, sdk, "streamed", headers=WHOLE)

    assert list(golden.WORDS) == said["pieces"]
    assert "whole" == said["headers"]["x-relay-delivery"]


@ability("Whole delivery, the first is cut", "openai", "vercel")
async def test_whole_delivery_mends_a_cut(sdk: str) -> None:
    """
    After a cut of the first target the caller has every word of the second, and no other.
    """
    async with house(cut_after(4)) as found:
        said = await run(found.relay, sdk, "streamed", model=BY_HEADER.model, headers=WHOLE)

    assert ("All of it.", "good") == (said["text"], said["headers"]["x-relay-provider"])


@raises("Whole delivery, all are cut", "openai", "vercel")
async def test_whole_delivery_of_a_cut(sdk: str, kind: str) -> None:
    """
    With nobody else to ask the SDK raises, and no word had come.
    """
    async with house(cut_after(4)) as found:
        said = await run(found.relay, sdk, "broken", model=ALONE_BY_HEADER.model, headers=WHOLE)

    error = said["error"]
    assert (kind, 502, "all_attempts_failed") == (error["kind"], error["status"], error["code"])
    assert "" == said["text"]
