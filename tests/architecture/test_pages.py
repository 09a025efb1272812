"""The pages of the documentation: all are listed, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
READMES = [ROOT / "README.md", ROOT / "README.zh.md"]
LIST = ROOT / "llms.txt"


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("index", [LIST, *READMES], ids=name)
def test_every_page_is_listed(index: Path) -> None:
    """
    Whoever adds a page adds its line, to llms.txt and to both READMEs.
    """
    assert [] == [name(page) for page in DOCS if f"]({name(page)})" not in text(index)]


def test_the_list_has_the_shape_of_llms_txt() -> None:
    """
    A title, one paragraph quoted, then lists of links with a note each (https://llmstxt.org).
    """
    title, summary, *rest = (line for line in text(LIST).splitlines() if line)
    listed = [line for line in rest if line.startswith("-")]

    assert title.startswith("# ")
    assert summary.startswith("> ")
    assert [] == [line for line in listed if not re.fullmatch(r"- \[[^]]+\]\([^)]+\): .+", line)]


@pytest.mark.parametrize("page", [LIST, *READMES, *DOCS], ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """
    To a file of ours that is there, and to a heading that it has.
    """
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", prose(page))
    places = [((page.parent / path) if path else page, anchor) for path, anchor in links]

    assert [] == [name(place.resolve()) for place, _ in places if not place.exists()]
    assert [] == [anchor for place, anchor in places if anchor and anchor not in headings(place)]


def test_what_getting_started_says_to_run_is_run() -> None:
    """
    Its commands for a laptop are the README's, which tests/readme runs; those for a container are
    those of docs/self-hosting.md.
    """
    page, guide = text(ROOT / "docs/start.md"), text(ROOT / "docs/self-hosting.md")
    container = page.partition("## In a container")[2].partition("## On Vercel")[0]

    assert set() == blocks("sh", page) - blocks("sh", text(READMES[0]))
    assert blocks("bash", container)
    assert set() == blocks("bash", container) - blocks("bash", guide)


def text(page: Path) -> str:
    return page.read_text("utf-8")


def blocks(language: str, page: str) -> set[str]:
    """The fenced blocks of one language."""
    return set(re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL))


def prose(page: Path) -> str:
    """What is not code."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", text(page), flags=re.DOTALL)


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them of its headings."""
    lines = re.sub(r"```.*?```", "", text(page), flags=re.DOTALL).splitlines()
    told = [line.lstrip("# ").lower() for line in lines if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", one).replace(" ", "-") for one in told}
