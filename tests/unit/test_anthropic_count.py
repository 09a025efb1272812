"""About how many tokens a request has."""

import base64
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.anthropic_messages import count, picture, request
from tests.support import messages


def estimate(content: object, **members: object) -> int:
    said = {"role": "user", "content": content}
    body = {"model": "claude-x", "messages": [said]} | members
    return count.estimate(request.read(json.dumps(body).encode()))


def image(data: bytes) -> messages.Json:
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(data).decode()}
    return {"type": "image", "source": source}


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 750, 100)
GIF = b"GIF89a" + struct.pack("<HH", 750, 100)
JPEG = b"\xff\xd8\xff\xe0\0\x10" + b"J" * 14 + b"\xff\xc0\0\x11\x08" + struct.pack(">HH", 100, 750)
LOSSY = b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 10 + struct.pack("<HH", 750, 100)
LOSSLESS = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 749 | 99 << 14)
EXTENDED = b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + (749).to_bytes(3, "little")
EXTENDED += (99).to_bytes(3, "little")
PICTURES = {
    "PNG": PNG,
    "GIF": GIF,
    "JPEG": JPEG,
    "WebP": LOSSY,
    "lossless WebP": LOSSLESS,
    "extended WebP": EXTENDED,
}


@pytest.mark.parametrize("data", PICTURES.values(), ids=PICTURES)
def test_an_image_costs_its_area(data: bytes) -> None:
    """Width times height over 750, as Anthropic reckons."""
    assert (750, 100) == picture.size(base64.b64encode(data).decode())
    assert 100 == estimate([image(data)]) - estimate([])


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"\xff\xd8\xff", b"BM", b"RIFF\0\0\0\0WEBPVP8"])
def test_an_image_of_unknown_size_costs_the_most(data: bytes) -> None:
    """As does one behind a URL."""
    assert 1600 == estimate([image(data)]) - estimate([])
    link = {"type": "image", "source": {"type": "url", "url": "https://x.example/a.png"}}
    assert 1600 == estimate([link]) - estimate([])


def test_a_huge_image_costs_no_more_than_the_most() -> None:
    """It is scaled down."""
    assert 1600 == estimate([image(PNG[:16] + struct.pack(">II", 9000, 9000))]) - estimate([])


@pytest.mark.parametrize(("text", "tokens"), [("a" * 400, 100), ("你好" * 50, 100), ("", 0)])
def test_text_costs_by_its_bytes(text: str, tokens: int) -> None:
    """Four of ASCII a token, three of what takes several."""
    assert tokens == estimate(text) - estimate("")


def test_everything_the_model_reads_is_counted() -> None:
    """System, tools, calls, results and documents; marks and signatures are not."""
    base = estimate("")
    call = {"type": "tool_use", "id": "t", "name": "abcd", "input": {"city": "abcd"}}
    result = {"type": "tool_result", "tool_use_id": "t", "content": [image(PNG)]}
    marked = {"type": "text", "text": "abcd", "cache_control": {"type": "ephemeral"}}

    assert 3 == estimate([call]) - base
    assert 100 == estimate([result]) - base
    assert 1 == estimate([marked]) - base
    assert 25 == estimate("", system="a" * 100) - base
    assert 346 < estimate("", tools=[{"name": "f", "input_schema": {}}]) - base < 370
    assert 0 == estimate("", tools=[]) - base


def test_a_document_costs_by_the_page() -> None:
    """As text and as an image each."""
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "A" * 200_000}
    plain = {"type": "text", "media_type": "text/plain", "data": "abcd"}

    assert 8000 == estimate([{"type": "document", "source": pdf}]) - estimate([])
    assert 1 == estimate([{"type": "document", "source": plain}]) - estimate([])


JSON = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(["image", "document", "base64"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "source", "data", "content", "x"]), inner)
    ),
    max_leaves=12,
)


@given(JSON, JSON, JSON)
def test_anything_can_be_estimated(content: object, system: object, tools: object) -> None:
    """At least one token."""
    assert 1 <= estimate(content, system=system, tools=tools)
