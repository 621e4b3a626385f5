"""Which method an endpoint supports: found out by using it, remembered, and found out again when it fails."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import structlog

from monitor.chains.concurrency import now
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm import values
from monitor.chains.evm.call_size import CallSize
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.methods import Method, NoBalanceError
from monitor.chains.evm.rpc import AtBlock
from monitor.chains.jsonrpc import BatchRefusedError, failure_of
from monitor.model import Address, Token

_BATCH = "batch"
_AGAIN_AFTER = 3600.0
"""Seconds after which methods that failed are tried again: it may have been another node behind the same URL."""
_BEYOND_METHODS = frozenset({Reason.RATE_LIMITED, Reason.BEHIND, Reason.TIP_MOVED, Reason.UNPINNED})
"""Failures that say nothing about the method."""

_COIN = Token("", "", None, 18)

_log = structlog.get_logger()


class Methods:
    """The methods of one endpoint."""

    def __init__(self, methods: Sequence[Method]) -> None:
        self._methods = tuple(methods)
        self._failed: set[str] = set()
        self._known = False
        self._again_at = 0.0
        self.current: Method | None = None
        """The one in use; None for single calls in batches."""
        self.sizes: defaultdict[Token, CallSize] = defaultdict(self._first_size)
        """By token: what one call holds depends on the gas that its balanceOf takes."""

    @property
    def name(self) -> str:
        """The name of the one in use; empty before it was found out."""
        if not self._known:
            return ""
        return self.current.name if self.current else _BATCH

    async def find(self, at: AtBlock, account: Address) -> None:
        """Set ``current``. While it is not known, each method is tried on ``account``, whose coins the node tells."""
        began = now()
        if self._failed and began >= self._again_at:
            self.forget()
        if not self._known:
            await self._choose(at, account)
            self._again_at = began + _AGAIN_AFTER

    async def _choose(self, at: AtBlock, account: Address) -> None:
        coins = at.rpc.quantity(await at.result("eth_getBalance", account), "eth_getBalance")
        self.current = None
        for method in self._methods:
            if method.name not in self._failed:
                if await _tells(at, method, account, coins):
                    self.current = method
                    break
                self._failed.add(method.name)
        self._known = True
        self.sizes = defaultdict(self._first_size)
        _log.info("way to read balances found", endpoint=at.rpc.link.name, method=self.name)

    def _first_size(self) -> CallSize:
        return CallSize(self.current.most if self.current else 1)

    def drop(self) -> None:
        """Drop the one in use, which has failed: the others are left."""
        if self.current:
            self._failed.add(self.current.name)
        self._known = False

    def forget(self) -> None:
        """Find out everything anew, at the next reading."""
        self._failed.clear()
        self._known = False


async def _tells(at: AtBlock, method: Method, account: Address, coins: int) -> bool:
    """Whether ``method`` tells that ``account`` has ``coins``, and nothing of a block that nobody has."""
    try:
        if at.nowhere is not None and await _ignores_blocks(at, method.params(_COIN, [account], at.nowhere)):
            return False
        reply = await at.rpc.divisible("eth_call", method.params(_COIN, [account], at.position))
        failure = failure_of(reply)
        if failure and meaning(failure) is Meaning.UNKNOWN_BLOCK:
            raise await at.cause(failure)
        return not failure and list(method.amounts(values.data(reply["result"]), [account])) == [coins]
    except ChainError as error:
        if error.reason in _BEYOND_METHODS:
            raise
        return False
    except (BatchRefusedError, NoBalanceError, ValueError):
        return False


async def _ignores_blocks(at: AtBlock, params: list[Any]) -> bool:
    """Whether an ``eth_call`` at a block that nobody has is answered: then it would be of another at any block."""
    reply = await at.rpc.divisible("eth_call", params)
    return failure_of(reply) is None and reply["result"] is not None
