"""Which upstream carries a call."""

from contextlib import AbstractAsyncContextManager

from ...domain.ports import Call, Reply, Upstream
from .demo import SCHEME


class SwitchUpstream:
    """The demo for providers whose base_url says so, the network for all others."""

    def __init__(self, http: Upstream, demo: Upstream) -> None:
        self._http = http
        self._demo = demo

    def open(self, call: Call) -> AbstractAsyncContextManager[Reply]:
        if call.provider.base_url.startswith(SCHEME):
            return self._demo.open(call)
        return self._http.open(call)
