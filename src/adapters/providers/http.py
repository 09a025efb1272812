"""Calls to providers over HTTP."""

from contextlib import AbstractAsyncContextManager

from ...domain.ports import Call, Reply
from ..outbound import Outbound

#: The relay passes bytes on and reads them on the way: they must come as they are.
_IDENTITY = ("accept-encoding", "identity")


class HttpUpstream:
    """The port `Upstream` over `Outbound`, which writes host and content-length. Everything else
    comes in `call.headers`; an `accept-encoding` among them is replaced."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def open(self, call: Call) -> AbstractAsyncContextManager[Reply]:
        """Besides what the port says, raises BadAnswer when what comes back is not HTTP."""
        kept = [item for item in call.headers if item[0].lower() != "accept-encoding"]
        return self._outbound.send(
            call.method,
            call.url,
            (*kept, _IDENTITY),
            call.body,
            connect=call.timeouts.connect,
            open_by=call.open_by,
        )
