"""Every error of the relay, one drawn tree.

RelayError
├── ConfigurationError      the operator mends the configuration; every problem is listed at once
├── StoreUnavailable        the store cannot answer in time; go on degraded, as declared
│   ├── NotStorable         this one thing cannot be kept: say so, and go on
│   ├── StoreUnreachable    no answer: what was asked may have been done; ask again by the same id
│   ├── StoreOverQuota      the operator waits for the next period, or pays for more
│   ├── StoreForbids        the operator mends the token or the password
│   ├── StoreGarbled        what answers there is no store: the operator mends its address
│   └── StoreRefused        the store names what is wrong with itself, or with a script of ours
├── Refusal                 the caller gets an error (its status: `adapters/http/errors.py`)
│   ├── InvalidRequest      mend the request; `param` names the field
│   ├── InvalidKey          send a valid client key
│   ├── NotAllowed          this client key may not do that
│   ├── ModelNotFound       name another model
│   ├── PathNotFound        call another path
│   ├── MethodNotAllowed    use one of `allow`
│   ├── BodyTooSlow         send the body faster
│   ├── TooLarge            send less
│   ├── UnsupportedMedia    send JSON
│   ├── KeysResting         come back after `retry_after` seconds
│   ├── LimitReached        come back after `retry_after` seconds, or ask for a higher limit
│   │   └── BudgetExceeded  the same, of money
│   ├── ExceedsLimit        ask for less: this can never fit
│   ├── AllAttemptsFailed   every target was tried in vain; the attempts are named
│   ├── NothingToTry        no target may be tried now
│   ├── NotConfigured       the operator has not switched this on
│   ├── DeadlineExceeded    ask for less, or allow more time
│   ├── Conflict            that Idempotency-Key is taken: wait for its request, or read its receipt
│   ├── KeyReused           use another Idempotency-Key for another body
│   ├── StoreDown           ask again when the store is back
│   ├── StreamBroken        the answer had begun and cannot be completed; ask again
│   └── ProviderRefused     the provider judged the request; its answer goes to the caller
└── UpstreamError           an attempt failed; the journey decides what next
    ├── Unreachable         refused, unresolvable, no TLS: repeat once, then move on
    ├── ConnectionReset     went away before an answer: repeat once, then move on
    ├── Silent              a wait ran out: move on, never repeat
    ├── ServerFailed        5xx: repeat once, then move on
    ├── RateLimited         this key rests: another key
    ├── KeyRejected         this key is wrong: another key
    ├── KeyForbidden        this key may not: another key
    ├── OutOfCredit         this key has no money: another key
    ├── ModelUnknown        the provider lacks the model: another target, else the caller
    ├── ContextTooLong      does not fit this model: another target, else the caller
    ├── CannotCarry         has no words in its dialect: another target, else the caller
    ├── RequestRejected     the request itself is wrong: the caller
    ├── BadAnswer           not an answer (HTML, empty, redirect, garbage): move on
    ├── Cut                 the stream ended before it was complete: move on, never repeat
    ├── Stalled             the stream fell silent: move on, never repeat
    └── StreamFailed        an error event inside the stream: move on, never repeat
"""

from .base import (
    ConfigurationError,
    NotStorable,
    Problem,
    RelayError,
    StoreForbids,
    StoreGarbled,
    StoreOverQuota,
    StoreRefused,
    StoreUnavailable,
    StoreUnreachable,
)
from .refusals import (
    AllAttemptsFailed,
    BodyTooSlow,
    BudgetExceeded,
    Conflict,
    DeadlineExceeded,
    ExceedsLimit,
    InvalidKey,
    InvalidRequest,
    KeyReused,
    KeysResting,
    LimitReached,
    MethodNotAllowed,
    ModelNotFound,
    NotAllowed,
    NotConfigured,
    NothingToTry,
    PathNotFound,
    ProviderRefused,
    Refusal,
    StoreDown,
    StreamBroken,
    TooLarge,
    UnsupportedMedia,
)
from .upstream import (
    BadAnswer,
    CannotCarry,
    ConnectionReset,
    ContextTooLong,
    Cut,
    KeyForbidden,
    KeyRejected,
    ModelUnknown,
    OutOfCredit,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Silent,
    Stalled,
    StreamFailed,
    Unreachable,
    UpstreamError,
)

__all__ = [
    "AllAttemptsFailed",
    "BadAnswer",
    "BodyTooSlow",
    "BudgetExceeded",
    "CannotCarry",
    "ConfigurationError",
    "Conflict",
    "ConnectionReset",
    "ContextTooLong",
    "Cut",
    "DeadlineExceeded",
    "ExceedsLimit",
    "InvalidKey",
    "InvalidRequest",
    "KeyForbidden",
    "KeyRejected",
    "KeyReused",
    "KeysResting",
    "LimitReached",
    "MethodNotAllowed",
    "ModelNotFound",
    "ModelUnknown",
    "NotAllowed",
    "NotConfigured",
    "NotStorable",
    "NothingToTry",
    "OutOfCredit",
    "PathNotFound",
    "Problem",
    "ProviderRefused",
    "RateLimited",
    "Refusal",
    "RelayError",
    "RequestRejected",
    "ServerFailed",
    "Silent",
    "Stalled",
    "StoreDown",
    "StoreForbids",
    "StoreGarbled",
    "StoreOverQuota",
    "StoreRefused",
    "StoreUnavailable",
    "StoreUnreachable",
    "StreamBroken",
    "StreamFailed",
    "TooLarge",
    "Unreachable",
    "UnsupportedMedia",
    "UpstreamError",
]
