"""The page that a person with a browser sees."""

import pytest

from src.adapters.http import page
from src.domain.errors import Problem
from src.domain.setup import Lack


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.5, zh-TW;q=0.7", "zh"),
        ("fr-FR,fr;q=0.9,zh;q=0.2", "zh"),
        ("fr", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=not-a-number", "en"),
        ("ZH", "zh"),
    ],
)
def test_in_the_visitors_language(accepted: str, lang: str) -> None:
    """
    The best of ours by weight, the first of equals; English where none is.
    """
    assert lang == page.language(accepted)


@pytest.mark.parametrize(
    ("method", "accept", "wanted"),
    [
        ("GET", "text/html,application/xhtml+xml,*/*;q=0.8", True),
        ("HEAD", "text/html", True),
        ("POST", "text/html", False),
        ("GET", "*/*", False),
        ("GET", "application/json", False),
    ],
)
def test_for_browsers_alone(method: str, accept: str, wanted: bool) -> None:
    """
    Who reads HTML and only looks.
    """
    assert wanted == page.wanted(method, {"accept": accept})


@pytest.mark.parametrize(
    ("lacks", "status"),
    [
        ((), 200),
        ((Lack("store", "KV_REST_API_URL"), Lack("admin", "RELAY_ADMIN_KEY", "weak")), 200),
        ((Lack("clients", "RELAY_API_KEY"),), 503),
        ((Lack("provider", "OPENAI_API_KEY"),), 503),
    ],
)
def test_its_status_is_whether_anything_is_served(lacks: tuple[Lack, ...], status: int) -> None:
    """
    503 without a client key or a provider; it serves without the rest.
    """
    assert status == page.setup(lacks, "en").status


def test_what_it_quotes_is_no_html() -> None:
    """
    A name or a sentence of the configuration cannot become a part of the page; nothing of it runs.
    """
    written = page.broken((Problem("<b>", "has <script>.", "Mend & go."),), "en")

    assert b"<code>&lt;b&gt;</code> has &lt;script&gt;. Mend &amp; go." in written.body
    assert "default-src 'none'" in dict(written.headers)["content-security-policy"]
