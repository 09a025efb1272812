"""This machine: Python, libraries, time zones, file descriptors, files and the data folder."""

from collections.abc import Iterator, Mapping

from attrs import frozen

from .findings import Finding, Values, note, ok, problem, warning

#: Tried by the tests of this version.
OLDEST, NEWEST = (3, 11), (3, 14)
#: Each caller takes one file descriptor and each call to a provider another.
FEW_FILES = 4096
#: What a month of a busy relay's books may come to; and what SQLite needs to go on at all.
LITTLE_SPACE, NO_SPACE = 500 << 20, 20 << 20
#: Group and others.
_OTHERS = 0o077


@frozen
class Folder:
    """The data folder. `mode`: its permissions, None where there are none of that kind."""

    path: str
    there: bool
    writable: bool
    mode: int | None
    free: int | None


@frozen
class Machine:
    """What was seen. `libraries`: versions by name, None for one that is missing and `serve` needs;
    `files`: permissions of those that hold secrets, by name; `folder`: None where none is used."""

    python: tuple[int, int]
    libraries: Mapping[str, str | None]
    zones: bool
    descriptors: int | None
    files: Mapping[str, int]
    folder: Folder | None = None


def findings(machine: Machine) -> Iterator[Finding]:
    """In the order of the fields."""
    yield _python(machine.python)
    yield from _libraries(machine.libraries)
    if not machine.zones:
        yield problem("machine", "doctor_no_zones", "doctor_no_zones_mend")
    yield from _descriptors(machine.descriptors)
    for name, mode in machine.files.items():
        if mode & _OTHERS:
            values: Values = {"file": name, "mode": f"{mode:04o}"}
            yield warning("machine", "doctor_file_open", "doctor_file_open_mend", values)
    if machine.folder is not None:
        yield from _folder(machine.folder)


def _python(found: tuple[int, int]) -> Finding:
    version = ".".join(map(str, found))
    if found < OLDEST:
        return problem(
            "machine", "doctor_python_old", "doctor_python_old_mend", {"version": version}
        )
    if found > NEWEST:
        return note("machine", "doctor_python_new", "", {"version": version})
    return ok("machine", "doctor_python", {"version": version})


def _libraries(found: Mapping[str, str | None]) -> Iterator[Finding]:
    missing = ", ".join(name for name, version in found.items() if version is None)
    if missing:
        yield problem(
            "machine", "doctor_libraries_missing", "doctor_libraries_mend", {"names": missing}
        )
    there = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    if there:
        yield ok("machine", "doctor_libraries", {"names": there})


def _descriptors(found: int | None) -> Iterator[Finding]:
    if found is None:
        return
    if found < FEW_FILES:
        yield warning("machine", "doctor_few_files", "doctor_few_files_mend", {"count": found})
    else:
        yield ok("machine", "doctor_files", {"count": found})


def _folder(folder: Folder) -> Iterator[Finding]:
    path = folder.path
    if not folder.writable:
        yield problem(
            "machine", "doctor_folder_closed", "doctor_folder_closed_mend", {"path": path}
        )
        return
    yield ok("machine", "doctor_folder" if folder.there else "doctor_folder_to_be", {"path": path})
    if folder.mode is not None and folder.mode & _OTHERS:
        values: Values = {"file": path, "mode": f"{folder.mode:04o}"}
        yield warning("machine", "doctor_file_open", "doctor_folder_open_mend", values)
    if folder.free is not None and folder.free < LITTLE_SPACE:
        found = problem if folder.free < NO_SPACE else warning
        told: Values = {"path": path, "mb": folder.free >> 20}
        yield found("machine", "doctor_little_space", "doctor_little_space_mend", told)
