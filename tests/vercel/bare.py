"""What the relay is measured against, in the place of its entry: Quart, and nothing to do."""

from quart import Quart

app = Quart(__name__)


@app.post("/v1/chat/completions")
async def hello() -> dict[str, str]:
    """Something to answer a first request with."""
    return {"hello": "world"}
