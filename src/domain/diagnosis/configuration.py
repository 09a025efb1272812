"""The configuration: what is wrong with it, what is worth knowing, and who is in front of whom."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from .findings import Finding, Values, note, ok, problem, warning


@frozen
class Fault:
    """A mistake: where, what, and its mend, as the configuration says them itself."""

    path: str
    what: str
    mend: str = ""


@frozen
class Configuration:
    """What was read. `misspelt` are those of the notices that are about names nobody knows."""

    source: str = ""
    faults: Sequence[Fault] = ()
    notices: Sequence[str] = ()
    misspelt: Sequence[str] = ()
    off: Sequence[str] = ()
    providers: int = 0
    hosted: bool = False


def findings(read: Configuration) -> Iterator[Finding]:
    """Faults are all there is where there are any: nothing else was read."""
    for fault in read.faults:
        values: Values = {"path": fault.path, "what": fault.what, "mend": fault.mend}
        mend = "doctor_as_said" if fault.mend else ""
        yield problem("configuration", "doctor_fault", mend, values)
    if read.faults:
        return
    yield ok("configuration", "doctor_configuration", {"source": read.source})
    for notice in read.notices:
        if notice in read.misspelt:
            yield warning(
                "configuration", "doctor_notice", "doctor_misspelt_mend", {"notice": notice}
            )
        else:
            yield note("configuration", "doctor_notice", "", {"notice": notice})
    for mend in read.off:
        yield warning("configuration", "doctor_notice", "doctor_off_mend", {"notice": mend})
    if not read.providers:
        found = problem if read.hosted else note
        yield found("configuration", "doctor_no_provider", "doctor_no_provider_mend")
