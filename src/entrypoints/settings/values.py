"""What the program starts with: the snapshot, and what belongs to the process around it."""

from pathlib import Path
from typing import Literal

from attrs import field, frozen

from ...application.outbox import STORE_SECONDS
from ...domain.catalogue import Snapshot
from ...domain.setup import Lack

OnStoreDown = Literal["local", "closed", "open"]
Switch = Literal["auto", "on", "off"]
LogStyle = Literal["auto", "json", "text"]
#: What a limit on cost does with a model whose price is not known.
UnknownPrice = Literal["zero", "refuse"]

#: `memory`: nothing is kept, as on Vercel without a store.
StoreKind = Literal["file", "memory", "redis", "upstash"]

MEBIBYTE = 1 << 20
#: Seconds for streams under way to finish after a signal to stop.
GRACE = 30
#: What Vercel lets through; it answers a larger body itself, in words that no SDK reads.
#: https://vercel.com/docs/functions/limitations#request-body-size
VERCELS_BODY = 4_500_000


@frozen
class Store:
    """Where the books are kept. `redis`: `url` is REDIS_URL's, with its password; `upstash`: it
    is the REST address. `variable` is where the address was read."""

    kind: StoreKind = "file"
    url: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    variable: str = ""


@frozen
class Settings:
    """Everything configured, read once and checked; no part of it is read again later."""

    snapshot: Snapshot
    data_dir: Path
    #: Which file was read, in words: a path, "RELAY_CONFIG", or "" when there was none.
    source: str = ""
    admin_key: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    cron_secret: str | None = field(default=None, repr=False)
    store: Store = Store()
    #: This deployment's name in a store that others may share.
    namespace: str = "relay"
    timezone: str = "UTC"
    on_store_down: OnStoreDown = "local"
    #: Seconds a request waits for the store before it goes on without.
    store_seconds: float = STORE_SECONDS
    demo: Switch = "auto"
    log: LogStyle = "auto"
    host: str = "127.0.0.1"
    port: int = 8787
    #: Processes that share the port, and seconds for what is under way after a signal to stop.
    workers: int = 1
    grace: int = GRACE
    max_body_bytes: int = 20 * MEBIBYTE
    #: Answers to requests with an Idempotency-Key are kept for a day, to be given again.
    store_answers: bool = False
    #: What another dialect cannot say and changes the meaning is refused, not left out.
    strict_translation: bool = True
    unknown_price: UnknownPrice = "zero"
    on_vercel: bool = False
    #: Temporary keys of ai-relay are accepted until they expire (docs/migrate-from-ai-relay.md).
    legacy_tokens: bool = False
    #: What is not there yet, the most important first.
    lacks: tuple[Lack, ...] = ()
    #: What the operator should know and need not mend before starting.
    notices: tuple[str, ...] = ()
    #: Of these, the ones about variables that nobody knows.
    misspelt: tuple[str, ...] = ()

    @property
    def legacy_secret(self) -> bytes | None:
        """What temporary keys of ai-relay must be signed with; None: none is accepted."""
        if not self.legacy_tokens or self.signing_secret is None:
            return None
        return self.signing_secret.encode()
