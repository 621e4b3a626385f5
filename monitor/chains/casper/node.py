"""Nodes of Casper 2 (JSON-RPC of their sidecar): CSPR of accounts at one block.

The balance of an account's main purse is told at the block whose hash the call names, and answers do not repeat it: a
block that nobody has is asked for first, and must be refused. Blocks are final once a node has them. An account is made
by the first transfer to it; of one that there is not, nothing is told.

Staked coins lie in the auction's purses, and what is held for fees of the last day is not available: neither is read.
"""

import re
from datetime import UTC, datetime

from monitor.chains.jsonrpc import Reply, RpcFailure, failure_of
from monitor.chains.pinned import CoinNode, nowhere
from monitor.chains.rest_api import decimal, member, strictly, text, unsigned
from monitor.model import Address, Block, Height, Token

_NO_BLOCK, _NO_STATE = -32001, -32012
_NO_ACCOUNT = frozenset({-32009, -32013})
_NO_PURSE = re.compile(r"purse not found", re.IGNORECASE)
"""How newer versions say it, by another code."""


class CasperNode(CoinNode):
    """One node."""

    async def identify(self) -> str:
        status = await self.result("info_get_status", {})
        with strictly(self.link, "info_get_status"):
            return f"casper:{text(member(status, 'chainspec_name'))}"

    # --- blocks ---

    async def block_at(self, number: int) -> Block:
        reply = await self.rpc.call("chain_get_block", {"block_identifier": {"Height": number}})
        failure = failure_of(reply)
        if failure and failure.code == _NO_BLOCK:
            raise self.absent(f"block {number}", number, (await self.newest()).number)
        told = self.told("chain_get_block", reply)
        with strictly(self.link, f"block {number}"):
            versions = member(told, "block_with_signatures", "block")
            (version,) = versions if isinstance(versions, dict) else {"": None}
            block = member(versions, version)
            return _block(member(block, "header"), member(block, "hash"))

    async def newest(self) -> Block:
        status = await self.result("info_get_status", {})
        with strictly(self.link, "info_get_status"):
            last = member(status, "last_added_block_info")
            return _block(last, member(last, "hash"))

    # --- balances ---

    async def owned(self, coin: Token, account: Address, at: Block) -> int | str:
        reply = await self._query(account, at.hash)
        if failure := failure_of(reply):
            if _is_missing(failure):
                return f"there is no account {account} at block {at.number}"
            if failure.code in (_NO_BLOCK, _NO_STATE):
                raise self.absent(f"state of block {at.number}", at.number, (await self.newest()).number)
        told = self.told(f"query_balance {account}", reply)
        with strictly(self.link, f"query_balance {account}"):
            return decimal(member(told, "balance"))

    async def try_nowhere(self, account: Address, at: Block) -> None:
        failure = failure_of(await self._query(account, nowhere(at)))
        if failure is None or _is_missing(failure):
            raise self.unpinned(f"block {nowhere(at)}")

    async def _query(self, account: Address, block: str) -> Reply:
        purse = {"main_purse_under_account_hash": account}
        question = {"state_identifier": {"BlockHash": block}, "purse_identifier": purse}
        return await self.rpc.call("query_balance", question)


def _is_missing(failure: RpcFailure) -> bool:
    """Whether it says that there is no such account."""
    return failure.code in _NO_ACCOUNT or bool(_NO_PURSE.search(failure.message))


def _block(header: object, identity: object) -> Block:
    moment = datetime.fromisoformat(text(member(header, "timestamp"))).astimezone(UTC)
    return Block(Height(unsigned(member(header, "height"))), text(identity), moment)
