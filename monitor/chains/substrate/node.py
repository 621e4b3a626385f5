"""Nodes of Substrate chains (JSON-RPC): Polkadot, Kusama, their Asset Hubs and kin, by storage at a block's hash.

``finalized`` and ``safe`` mean what the relay chain's validators (GRANDPA) have finalized, other tags the best block.

Balances of relay chains moved to their Asset Hubs. A relay chain does not say so: it answers that an account is not
there, which elsewhere is a certain zero. From the block of the move on such an answer is refused.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitor.chains.amounts import count
from monitor.chains.batches import Batches
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted, without
from monitor.chains.pinned import PinnedNode, nowhere
from monitor.chains.rest_api import member, strictly, text
from monitor.chains.substrate import storage
from monitor.chains.tokens import contradicted
from monitor.model import Address, Block, Height, Network, Token
from monitor.registry.addresses import decode

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH = re.compile(r"0x[0-9a-f]{64}")
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_NUMBER = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,15})")
_CAIP2_DIGITS = 32
_ASSETS_ON = "asset-hub"
"""How the names of networks end whose assets are numbered by 32 bits in the pallet ``Assets``."""
_ASSET = re.compile(r"0|[1-9][0-9]{0,9}")
_DISCARDED = re.compile(r"discarded|pruned", re.IGNORECASE)
_UNKNOWN = re.compile(r"unknown ?block|not found|unable to find|does not exist", re.IGNORECASE)
"""The words of errors about blocks; their codes differ between versions and gateways."""


class SubstrateNode(PinnedNode):
    """One node. Most keep the state of 256 blocks; the past needs one with ``--state-pruning archive``."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._batches = Batches(link, self.rpc)

    async def identify(self) -> str:
        """Return the beginning of the first block's hash."""
        found = await self.result("chain_getBlockHash", [0])
        with strictly(self.link, "chain_getBlockHash 0"):
            return f"polkadot:{_hash(found)[2:][:_CAIP2_DIGITS]}"

    # --- blocks ---

    async def newest(self) -> Block:
        return await self._block(*await self._header("chain_getBlockHash"))

    async def final(self) -> Block:
        return await self._block(*await self._header("chain_getFinalizedHead"))

    async def block_at(self, number: int) -> Block:
        found = await self.result("chain_getBlockHash", [number])
        if found is None:
            raise self.absent(f"block {number}", number, await self.tip())
        with strictly(self.link, f"chain_getBlockHash {number}"):
            hash_ = _hash(found)
        return await self._block(hash_, await self._height(hash_))

    async def _header(self, method: str) -> tuple[str, int]:
        """Return the hash that ``method`` tells, and the number of its block."""
        found = await self.result(method, [])
        with strictly(self.link, method):
            hash_ = _hash(found)
        return hash_, await self._height(hash_)

    async def _height(self, hash_: str) -> int:
        found = await self.result("chain_getHeader", [hash_])
        with strictly(self.link, f"chain_getHeader {hash_}"):
            return count(_number(member(found, "number")))

    async def _block(self, hash_: str, number: int) -> Block:
        """Return the block with its time, which its own state tells."""
        found = await self.result("state_getStorage", [storage.NOW, hash_])
        with strictly(self.link, "Timestamp.Now"):
            moment = _EPOCH + timedelta(milliseconds=storage.milliseconds(_bytes(found)))
        return Block(Height(number), hash_, moment)

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        await self._try_nowhere(at)
        failed = await contradicted(wanted, lambda token: self._decimals(token, at))
        asked = without(wanted, failed)
        balances = {token: await self._balances(token, list(accounts), at) for token, accounts in asked.items()}
        self._batches.grow()
        return Held(at, balances, failed)

    async def _balances(self, token: Token, accounts: Sequence[Address], block: Block) -> dict[Address, int]:
        ids = [decode(self.network, account).payload for account in accounts]
        if token.contract:
            keys = [storage.holding_key(int(token.contract), each) for each in ids]
        else:
            keys = [storage.account_key(each) for each in ids]
        read = storage.holding if token.contract else storage.coins
        found: dict[Address, int] = {}
        for account, value in zip(accounts, await self._values(keys, block), strict=True):
            with strictly(self.link, f"what {account} has of {token.asset}"):
                found[account] = 0 if value is None else read(_bytes(value))
            if not found[account] and token.contract is None:
                self._check_not_moved(account, block)
        return found

    def _check_not_moved(self, account: Address, block: Block) -> None:
        """Raise the fault that nothing at ``block`` says nothing of ``account``."""
        moved = self.network.moved_at
        if moved is not None and block.number >= moved:
            raise self.link.fault(
                Reason.UNSUPPORTED,
                f"{account} has nothing here at block {block.number}: balances of {self.network.title} are on its "
                f"Asset Hub from block {moved} on, which must be read instead",
            )

    async def _decimals(self, token: Token, block: Block) -> int | str:
        """Return the decimals of an asset, or why there is none."""
        contract = str(token.contract)
        if not self.network.name.endswith(_ASSETS_ON) or not _ASSET.fullmatch(contract) or int(contract) >> 32:
            return f"{contract} is no asset that can be read on {self.network.title}"
        (value,) = await self._values([storage.metadata_key(int(contract))], block)
        if value is None:
            return f"there is no asset {contract} at block {block.number}"
        with strictly(self.link, f"metadata of asset {contract}"):
            return storage.asset_of(_bytes(value)).decimals

    async def _values(self, keys: Sequence[str], block: Block) -> list[object]:
        """Return what the state of ``block`` has at ``keys``; None for nothing."""
        replies = await self._batches.all([("state_getStorage", [key, block.hash]) for key in keys])
        return [self.told("state_getStorage", reply) for reply in replies]

    async def _try_nowhere(self, block: Block) -> None:
        """Answers do not name their block: see that it looks for the one that it is asked for."""
        unknown = f"0x{nowhere(block)}"
        failure = failure_of(await self.rpc.call("state_getStorage", [storage.NOW, unknown]))
        if failure is None:
            raise self.unpinned(f"block {unknown}")
        if not _UNKNOWN.search(failure.message) and not _DISCARDED.search(failure.message):
            raise self.fault_of("state_getStorage", failure)

    # --- answers ---

    def fault_of(self, what: str, failure: RpcFailure) -> ChainError:
        if _DISCARDED.search(failure.message):
            return self.link.fault(Reason.PRUNED, f"{what}: {failure}")
        reason = Reason.BEHIND if _UNKNOWN.search(failure.message) else Reason.RPC_ERROR
        return self.link.fault(reason, f"{what}: {failure}")


def _hash(value: object) -> str:
    if not _HASH.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} is not the hash of a block")
    return text(value)


def _bytes(value: object) -> bytes:
    if not _HEX.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} is not a value in hexadecimal")
    return bytes.fromhex(text(value)[2:])


def _number(value: object) -> int:
    if not _NUMBER.fullmatch(text(value)):
        raise ValueError(f"{value!r:.40} is not a block's number")
    return int(text(value), 16)
