"""The Deploy button, made of the one address in `[project.urls]`; `make button` writes it."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "README.zh.md")
#: What Vercel asks for; it takes no values from a button.
ASKED = ("RELAY_API_KEY", "RELAY_ADMIN_KEY", "RELAY_SIGNING_SECRET", "OPENAI_API_KEY")
ABOUT = "Three secrets of 16 characters or more, all different, and a provider's key."
#: https://vercel.com/docs/deploy-button/integrations
STORE = {
    "type": "integration",
    "integrationSlug": "upstash",
    "productSlug": "upstash-kv",
    "protocol": "storage",
}
_IMAGE = "[![Deploy with Vercel](https://vercel.com/button)]"
_BUTTON = re.compile(re.escape(_IMAGE) + r"\([^)]*\)")


def repository() -> str:
    """Where the project is published."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["urls"]["Repository"])


def button() -> str:
    """As it stands in the READMEs."""
    told = {
        "repository-url": repository(),
        "project-name": "airelay",
        "repository-name": "airelay",
        "env": ",".join(ASKED),
        "envDescription": ABOUT,
        "envLink": f"{repository()}/blob/main/docs/deploy-vercel.md",
        "stores": json.dumps([STORE], separators=(",", ":")),
    }
    return f"{_IMAGE}(https://vercel.com/new/clone?{urlencode(told, quote_via=quote)})"


def buttons(page: Path) -> list[str]:
    """Those that stand in a page."""
    return _BUTTON.findall(page.read_text("utf-8"))


if __name__ == "__main__":
    for path in PAGES:
        text = path.read_text("utf-8")
        path.write_text(_BUTTON.sub(lambda _: button(), text), encoding="utf-8")
