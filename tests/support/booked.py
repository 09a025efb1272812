"""Books in a folder, for the commands that read them."""

from pathlib import Path

from src.domain import quota
from src.domain.lines import Amounts
from src.domain.quota import Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.entrypoints.environments import build
from src.entrypoints.settings import load

from .cli import STRONG

ENVIRON = {"RELAY_DATA_DIR": "books", "RELAY_API_KEY": STRONG, "RELAY_TIMEZONE": "Asia/Kolkata"}


def receipt(name: str, *, at: float, client: str = "team", status: int = 200) -> Receipt:
    failed = AttemptRecord("a", "m", "k1", "timeout", detail="no answer in time")
    served = AttemptRecord("b", "m", "k2", "served", usage=Usage(3, 1200))
    usage = Usage(3, 1200)
    return Receipt(
        name,
        at,
        client,
        "chat.completions",
        "fast",
        stream=True,
        ending="completed",
        status=status,
        attempts=(failed, served),
        usage=usage,
    )


async def book(folder: Path, receipts: list[Receipt]) -> None:
    """Writes them into the books of that folder, as the relay does."""
    container = build("serve", load(ENVIRON, folder))
    for one in receipts:
        hold = quota.hold(one, provider="b", amounts=Amounts(1), until=one.at + 1)
        await container.ledger().settle(hold, Outcome(one))
    await container.house().close()
