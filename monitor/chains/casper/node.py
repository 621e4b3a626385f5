"""Nodes of Casper 2 (JSON-RPC of their sidecar): CSPR of accounts at one block.

The balance of an account's main purse is told at the block whose hash the call names, and answers do not repeat it: a
block that nobody has is asked for first, and must be refused. Blocks are final once a node has them. An account is made
by the first transfer to it; of one that there is not, nothing is told.

Staked coins lie in the auction's purses, and what is held for fees of the last day is not available: neither is read.
"""

import re
from datetime import UTC, datetime

from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import JsonRpc, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted, without
from monitor.chains.pinned import PinnedNode, any_account, each_balance, nowhere
from monitor.chains.rest_api import decimal, member, strictly, text, unsigned
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Height, Network, Token

_NO_BLOCK, _NO_STATE = -32001, -32012
_NO_ACCOUNT = frozenset({-32009, -32013})
_NO_PURSE = re.compile(r"purse not found", re.IGNORECASE)
"""How newer versions say it, by another code."""


class CasperNode(PinnedNode):
    """One node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rpc = JsonRpc(link)

    async def identify(self) -> str:
        status = await self._result("info_get_status", {})
        with strictly(self.link, "info_get_status"):
            return f"casper:{text(member(status, 'chainspec_name'))}"

    # --- blocks ---

    async def at(self, number: int) -> Block:
        reply = await self._rpc.call("chain_get_block", {"block_identifier": {"Height": number}})
        failure = failure_of(reply)
        if failure and failure.code == _NO_BLOCK:
            raise self.absent(f"block {number}", number, (await self.newest()).number)
        told = self._told("chain_get_block", reply)
        with strictly(self.link, f"block {number}"):
            versions = member(told, "block_with_signatures", "block")
            (version,) = versions if isinstance(versions, dict) else {"": None}
            block = member(versions, version)
            found = _block(member(block, "header"), member(block, "hash"))
            if found.number != number:
                raise ValueError(f"it is about block {found.number}")
            return found

    async def newest(self) -> Block:
        status = await self._result("info_get_status", {})
        with strictly(self.link, "info_get_status"):
            last = member(status, "last_added_block_info")
            return _block(last, member(last, "hash"))

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        asked, failed = only_coins(wanted, self.network)
        if sample := any_account(asked):
            await self._try_nowhere(sample, at)

        async def balance(coin: Token, account: Address) -> int:
            units = await self._balance(account, at)
            if units is None:
                failed[coin] = f"there is no account {account} at block {at.number}"
            return units or 0

        told = await each_balance(asked, balance)
        return Held(at, {token: told[token] for token in without(told, failed)}, failed)

    async def _balance(self, account: Address, at: Block) -> int | None:
        reply = await self._query(account, at.hash)
        if failure := failure_of(reply):
            if _is_missing(failure):
                return None
            if failure.code in (_NO_BLOCK, _NO_STATE):
                raise self.absent(f"state of block {at.number}", at.number, (await self.newest()).number)
        told = self._told(f"query_balance {account}", reply)
        with strictly(self.link, f"query_balance {account}"):
            return decimal(member(told, "balance"))

    async def _try_nowhere(self, account: Address, at: Block) -> None:
        """Answers do not name their block: see that it looks for the one that it is asked for."""
        failure = failure_of(await self._query(account, nowhere(at)))
        if failure is None or _is_missing(failure):
            raise self.unpinned(f"block {nowhere(at)}")

    async def _query(self, account: Address, block: str) -> Reply:
        purse = {"main_purse_under_account_hash": account}
        question = {"state_identifier": {"BlockHash": block}, "purse_identifier": purse}
        return await self._rpc.call("query_balance", question)

    # --- answers ---

    async def _result(self, method: str, parameters: dict[str, object]) -> object:
        return self._told(method, await self._rpc.call(method, parameters))

    def _told(self, what: str, reply: Reply) -> object:
        if failure := failure_of(reply):
            raise self._fault(what, failure)
        return reply["result"]

    def _fault(self, what: str, failure: RpcFailure) -> ChainError:
        return self.link.fault(Reason.RPC_ERROR, f"{what}: {failure}")


def _is_missing(failure: RpcFailure) -> bool:
    """Whether it says that there is no such account."""
    return failure.code in _NO_ACCOUNT or bool(_NO_PURSE.search(failure.message))


def _block(header: object, identity: object) -> Block:
    moment = datetime.fromisoformat(text(member(header, "timestamp"))).astimezone(UTC)
    return Block(Height(unsigned(member(header, "height"))), text(identity), moment)
