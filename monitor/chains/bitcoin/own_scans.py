"""Which scan on a node is ours: it goes on though nobody waits for its answer any more, and no other one can begin."""

import asyncio
import time
from contextlib import suppress

import msgspec
import structlog

from monitor.chains.bitcoin.core_rpc import CoreRpc, RpcError
from monitor.chains.bitcoin.followed import Followed
from monitor.chains.errors import ChainError, Reason

_FAREWELL = 3.0
"""Seconds that stopping may be held up to abort a scan."""
_AGAIN = 0.5
"""Seconds after which a scan that goes on is aborted again."""
_EARLIER, _LATER = 1.0, 5.0
"""How long before or after we noted it a scan of ours may begin: clocks are set, and a long request is on its way."""

_log = structlog.get_logger()


class _Command(msgspec.Struct):
    method: str
    duration: int
    """Microseconds since it began."""


class _RpcInfo(msgspec.Struct):
    active: list[_Command] = msgspec.field(name="active_commands")


class OwnScans:
    """The scans that one node was asked for by us, each noted before it begins and until its end is known.

    A scan whose client is gone runs to its end for nothing: after a cut connection, or a kill of the monitor. The node
    does not tell who asked for the one that it runs, but since when it runs (``getrpcinfo``). One that began at the
    moment that we noted is ours, as there is one at a time; any other is somebody else's, and left alone.
    """

    def __init__(self, rpc: CoreRpc, kept: Followed, turn: asyncio.Lock) -> None:
        """``turn`` is held by whoever changes what is ``kept``."""
        self._rpc = rpc
        self._followed = kept
        self._turn = turn

    async def begins(self, method: str) -> None:
        """Abort the one of ours that was left behind, and note that another one begins now."""
        before = self._followed.scans.get(method)
        while before is not None and await self._runs(method, before):
            _log.warning("aborting our own scan, which was left behind", endpoint=self._rpc.link.name, method=method)
            await self._rpc.ask(bool, method, ["abort"])  # without effect as long as the node reads what to scan for
            await asyncio.sleep(_AGAIN)
        await self._note(method, time.time())

    async def ended(self, method: str) -> None:
        """Note that it has ended, or was refused."""
        await self._note(method, None)

    async def give_up(self, method: str) -> None:
        """Abort the one that runs."""
        with suppress(ChainError, TimeoutError):  # then the node is gone, and mostly its scan with it
            async with asyncio.timeout(_FAREWELL):
                await self._rpc.ask(bool, method, ["abort"])
            await self.ended(method)

    async def _note(self, method: str, at: float | None) -> None:
        async with self._turn:
            await self._followed.scanning(method, at)

    async def _runs(self, method: str, at: float) -> bool:
        """Whether the node runs a scan that began at that time; not where it does not tell."""
        try:
            info = self._rpc.read(_RpcInfo, await self._rpc.call("getrpcinfo", []), "getrpcinfo")
        except RpcError:
            return False
        except ChainError as error:
            if error.reason is Reason.HTTP_STATUS:  # -rpcwhitelist
                return False
            raise
        ages = [each.duration / 1e6 for each in info.active if each.method == method]
        return any(-_EARLIER < time.time() - age - at < _LATER for age in ages)
