"""Nodes of ICON (goloop, JSON-RPC v3): all ICX of accounts at one block.

Balances and stakes are told at the height that the call names. Blocks are final at once, so a height names one block; a
node must refuse a height that there is not. What is told at a block is the state that its header commits to, which is
that before its own transactions. An account that was never used has 0, in the node's own words.

An account owns its balance, what it has staked and what is on its way back (``getStake`` of the chain's own contract).
Rewards (I-Score) are no coins until they are claimed, and not read.
"""

from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.evm.values import block_hash, quantity
from monitor.chains.jsonrpc import failure_of
from monitor.chains.pinned import CoinNode, Owned
from monitor.chains.rest_api import items, member, strictly, text
from monitor.model import Address, Block, Height, PositionKind, Token

_CHAIN = "cx" + 40 * "0"
"""The contract of the chain itself."""
_NOT_FOUND = -31004
_FAR = 1 << 40
"""Heights above any that a chain reaches."""
_MOST = 1 << 127


class IconNode(CoinNode):
    """One node. It keeps the states of all blocks since the one that it began with."""

    async def identify(self) -> str:
        told = await self._result("icx_getNetworkInfo", {})
        with strictly(self.link, "icx_getNetworkInfo"):
            return f"icon:{quantity(member(told, 'nid'))}"

    # --- blocks ---

    async def block_at(self, number: int) -> Block:
        told = await self._result("icx_getBlockByHeight", {"height": hex(number)}, number)
        return self._block(told, f"block {number}")

    async def newest(self) -> Block:
        return self._block(await self._result("icx_getLastBlock", {}), "icx_getLastBlock")

    def _block(self, told: object, what: str) -> Block:
        with strictly(self.link, what):
            moment = datetime.fromtimestamp(count(member(told, "time_stamp")) / 1_000_000, UTC)
            identity = block_hash("0x" + text(member(told, "block_hash")).removeprefix("0x"))
            return Block(Height(count(member(told, "height"))), identity, moment)

    # --- balances ---

    async def owned(self, coin: Token, account: Address, at: Block) -> Owned:
        free = await self._free(account, at.number)
        staked, unstaking = await self._staked(account, at.number)
        return free, {"staked": (PositionKind.STAKED, staked), "unstaking": (PositionKind.STAKED, unstaking)}

    async def _free(self, account: Address, height: int) -> int:
        told = await self._result(*_balance_of(account, height), height)
        with strictly(self.link, f"icx_getBalance {account}"):
            return _amount(told)

    async def _staked(self, account: Address, height: int) -> tuple[int, int]:
        """What of the account is staked, and what is on its way back."""
        told = await self._result(*_stake_of(account, height), height)
        with strictly(self.link, f"getStake {account}"):
            stake, optional = member(told, "stake"), told if isinstance(told, dict) else {}
            back = optional.get("unstakes")  # left out, or empty, where there is nothing
            waiting = [] if back is None else items(back)
            if "unstake" in optional:  # before there could be several
                waiting = [*waiting, told]
            return _amount(stake), sum(_amount(member(each, "unstake")) for each in waiting)

    async def try_nowhere(self, account: Address, at: Block) -> None:
        for method, parameters in (_balance_of(account, _FAR), _stake_of(account, _FAR)):
            if failure_of(await self.rpc.call(method, parameters)) is None:
                raise self.unpinned(f"height {_FAR}")

    # --- answers ---

    async def _result(self, method: str, parameters: dict[str, object], height: int | None = None) -> object:
        """The result of a call that is about ``height``, where it is about one."""
        reply = await self.rpc.call(method, parameters)
        failure = failure_of(reply)
        if failure is None:
            return reply["result"]
        if height is not None and failure.code == _NOT_FOUND:
            raise self.absent(f"block {height} ({failure})", height, (await self.newest()).number)
        raise self.fault_of(method, failure)


def _balance_of(account: Address, height: int) -> tuple[str, dict[str, object]]:
    return "icx_getBalance", {"address": account, "height": hex(height)}


def _stake_of(account: Address, height: int) -> tuple[str, dict[str, object]]:
    question = {"method": "getStake", "params": {"address": account}}
    return "icx_call", {"to": _CHAIN, "dataType": "call", "data": question, "height": hex(height)}


def _amount(value: object) -> int:
    found = quantity(value)
    if found >= _MOST:
        raise ValueError(f"{value!r:.60} is more than there can be")
    return found
