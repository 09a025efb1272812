"""Anthropic's citations for callers of OpenAI's dialect.

Those that name a page are `annotations` as OpenAI knows them
(https://platform.openai.com/docs/guides/tools-web-search); all of them stand in `citations` too, as
they came, with the place of the words that they are for.
"""

from collections.abc import Sequence

from ...blocks import Extras, Json

#: The one field of a text that is not left out.
FIELD = "citations"


def of(extras: Extras | None) -> list[Json]:
    """A text's own."""
    found = extras.fields.get(FIELD) if extras is not None else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def without(extras: Extras | None) -> Extras | None:
    """What else a block came with."""
    if extras is None or not of(extras):
        return extras
    rest = {name: value for name, value in extras.fields.items() if name != FIELD}
    return Extras(extras.dialect, rest)


def written(cited: Sequence[tuple[Json, int, int]]) -> Json:
    """Fields of a message: citations, each with the first character of its words and the one behind
    its last, as OpenAI's own callers cut them out."""
    if not cited:
        return {}
    annotations = [one for said in cited if (one := _annotation(*said)) is not None]
    placed = [said | {"start_index": start, "end_index": end} for said, start, end in cited]
    return ({"annotations": annotations} if annotations else {}) | {FIELD: placed}


def _annotation(citation: Json, start: int, end: int) -> Json | None:
    """None where it names no page: OpenAI has no other kind."""
    title = citation.get("title")
    for name in ("url", "source"):
        url = citation.get(name)
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            said = {"start_index": start, "end_index": end, "url": url}
            said["title"] = title if isinstance(title, str) else ""
            return {"type": "url_citation", "url_citation": said}
    return None
