"""What `airelay doctor` found: as text, and as JSON of a stable shape (docs/operations.md)."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import click

from ... import __version__
from ...domain.diagnosis.findings import Finding, Level, counts, worst
from ...locales import say
from ..settings.paths import Json

#: Raised when a field goes or changes its meaning; a field more is no change.
FORMAT = 1

_COLOURS = {"ok": "green", "note": "cyan", "warning": "yellow", "problem": "red"}
_WORDS = {
    "ok": "doctor_level_ok",
    "note": "doctor_level_note",
    "warning": "doctor_level_warning",
    "problem": "doctor_level_problem",
}
_GROUPS = {
    "configuration": "doctor_group_configuration",
    "secrets": "doctor_group_secrets",
    "machine": "doctor_group_machine",
    "hosting": "doctor_group_hosting",
    "store": "doctor_group_store",
    "providers": "doctor_group_providers",
    "relay": "doctor_group_relay",
    "stream": "doctor_group_stream",
}


def text(findings: Sequence[Finding], url: str | None, lang: str) -> Iterator[str]:
    """Group by group; the mend below what is to be mended."""
    yield say("doctor_head", lang, version=__version__, where=url or say("doctor_here", lang))
    width = max(len(say(word, lang)) for word in _WORDS.values())
    for group, those in groupby(findings, lambda finding: finding.group):
        yield ""
        yield click.style(say(_GROUPS[group], lang), bold=True)
        for finding in those:
            level = say(_WORDS[finding.level], lang)
            mark = colour(finding.level, level.ljust(width))
            about = f"[{finding.about}] " if finding.about else ""
            yield f"  {mark}  {about}{seen(finding, lang)}"
            if mend := mended(finding, lang):
                yield f"  {' ' * width}  {say('mend', lang, mend=mend)}"
    yield ""
    yield _last(findings, lang)


def summary(findings: Sequence[Finding], url: str | None, lang: str) -> Json:
    """For programs."""
    told: list[Json] = [
        {
            "group": finding.group,
            "level": finding.level,
            "id": finding.id.removeprefix("doctor_"),
            "about": finding.about or None,
            "seen": seen(finding, lang),
            "mend": mended(finding, lang) or None,
            "values": dict(finding.values),
        }
        for finding in findings
    ]
    numbers: dict[str, Json] = {}
    numbers.update(counts(findings).items())
    return {
        "format": FORMAT,
        "version": __version__,
        "url": url,
        "ok": worst(findings) != "problem",
        "worst": worst(findings),
        "counts": numbers,
        "findings": told,
    }


def seen(finding: Finding, lang: str) -> str:
    """What was seen, in a sentence."""
    return " ".join(say(finding.id, lang, **finding.values).split())


def mended(finding: Finding, lang: str) -> str:
    """How to mend it; "": there is nothing to do."""
    return say(finding.mend, lang, **finding.values) if finding.mend else ""


def colour(level: Level, shown: str) -> str:
    """Taken away again by click where nobody sees it."""
    return click.style(shown, fg=_COLOURS[level], bold=level == "problem")


def _last(findings: Sequence[Finding], lang: str) -> str:
    found = counts(findings)
    if not found["problem"] and not found["warning"]:
        return say("doctor_well", lang)
    return say("doctor_counts", lang, problems=found["problem"], warnings=found["warning"])
