"""The one guarded transport for everything the relay calls.

address -> head -> pool (dialer, connection) -> answer; `Exchange` is one trip through them.
"""

from .client import Outbound
from .dialer import Dialer, connect, dial, resolve
from .exchange import Exchange
from .pool import Limits
from .transport import OutboundTransport

__all__ = [
    "Dialer",
    "Exchange",
    "Limits",
    "Outbound",
    "OutboundTransport",
    "connect",
    "dial",
    "resolve",
]
