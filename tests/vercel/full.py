"""`make vercel-full`: `vercel build` as a whole, without a login, beside the light path.

By hand, for it installs 360 MB. It says what the light path cannot: that vercel.json is valid, and
what becomes of it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .building import HOME, Built, build, environment, inputs, lay_out, node
from .pythons import python

#: Otherwise it asks for a team, over the network.
LINKED = {"projectId": "prj_x", "orgId": "team_x", "settings": {"framework": "python"}}


def main() -> int:
    """Builds, compares, and prints what was found."""
    found = python()
    if found is None:
        sys.exit("No Python that Vercel runs is here.")
    with tempfile.TemporaryDirectory(prefix="relay-vercel-") as folder:
        output = run(Path(folder), found)
        routing = json.loads((output / "config.json").read_bytes())
        (function,) = (output / "functions").rglob("*.func")
        different = compared(function, build(found))
    print(json.dumps({key: routing.get(key) for key in ("routes", "crons")}, indent=2))
    print(f"{function.name}: {different or 'the same files as the light path'}")
    return 1 if different or not routing.get("crons") else 0


def run(project: Path, found: Path) -> Path:
    """The folder of its output. Exits with what it says when it fails."""
    lay_out(inputs(), project)
    (project / ".vercel").mkdir()
    (project / ".vercel/project.json").write_text(json.dumps(LINKED))
    cli = HOME / "cli/node_modules/vercel/dist/index.js"
    told = environment(found, os.environ) | {"VERCEL_TELEMETRY_DISABLED": "1"}
    told["PATH"] = os.pathsep.join((told["PATH"], str(node(HOME / "cli").parent)))
    done = subprocess.run(
        [node(HOME / "cli"), cli, "build", "--yes", "--prod", "--standalone"],
        cwd=project,
        env=told,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return project / ".vercel/output"


def compared(function: Path, light: Built) -> str:
    """What only one of them has, byte code and its own settings apart."""
    ours, theirs = files(light.folder), files(function) - {".vc-config.json"}
    return ", ".join(sorted(ours ^ theirs)[:10])


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix() for path in found}


if __name__ == "__main__":
    sys.exit(main())
