"""Findings as tests look at them."""

from collections.abc import Iterable

from src.domain.diagnosis.findings import Finding
from src.entrypoints.commands.doctor_report import mended, seen
from src.locales import LANGUAGES


def shown(findings: Iterable[Finding]) -> dict[str, str]:
    """Level by id of all but what is as it should be. Every one can be said in every language, and
    what is a warning or a problem can be mended."""
    told = list(findings)
    for each in told:
        for lang in LANGUAGES:
            assert seen(each, lang)
            assert mended(each, lang) or each.level in ("ok", "note")
    return {each.id.removeprefix("doctor_"): each.level for each in told if each.level != "ok"}
