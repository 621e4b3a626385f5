"""Gateways of MultiversX (mx-chain-proxy-go): EGLD of accounts at one hyperblock.

An account lives in one of the shards, which have blocks of their own. A block of the metachain notarizes blocks of
them; with those it is called a hyperblock. So a reading is of one hyperblock: each account is told at the newest block
of its shard that this one, or one shortly before it, names, by its hash, which the answer repeats. Coins that are on
their way from one shard to another just then are in neither. An account that was never used has 0, in the node's words.

Staked EGLD lie in contracts, of which those for staking live on the metachain itself: they are not read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.errors import Reason
from monitor.chains.evm.values import block_hash
from monitor.chains.node import Held, Wanted, without
from monitor.chains.pinned import PinnedNode, each_balance
from monitor.chains.rest_api import JsonAnswer, decimal, items, member, strictly, text
from monitor.chains.tokens import only_coins
from monitor.formats import shown
from monitor.model import Address, Block, Height, Token
from monitor.registry.addresses import decode

_METACHAIN = 4294967295
_FAILED = frozenset({400, 404, 500})
_BACK = 10
"""Hyperblocks that are looked through for a block of each shard."""
_BITS = 128


class GatewayNode(PinnedNode):
    """One gateway. The observers behind it keep the states of the last blocks, a deep-history squad all."""

    async def identify(self) -> str:
        chain, _ = await self._config()
        return f"mvx:{chain}"

    async def _config(self) -> tuple[str, int]:
        """The chain's id, and how many shards there are."""
        reply = await self.rest.get("/network/config")
        with strictly(self.link, "network config"):
            config = member(reply.document, "data", "config")
            return text(member(config, "erd_chain_id")), count(member(config, "erd_num_shards_without_meta"))

    # --- hyperblocks ---

    async def block_at(self, number: int) -> Block:
        told = await self._hyperblock(number)
        with strictly(self.link, f"hyperblock {number}"):
            moment = datetime.fromtimestamp(count(member(told, "timestamp")), UTC)
            return Block(Height(number), text(member(told, "hash")), moment)

    async def tip(self) -> int:
        reply = await self.rest.get(f"/network/status/{_METACHAIN}")
        with strictly(self.link, "network status"):
            return count(member(reply.document, "data", "status", "erd_highest_final_nonce"))

    async def _hyperblock(self, number: int) -> object:
        path = f"/hyperblock/by-nonce/{number}"
        reply = await self.rest.get(path, told=_FAILED)
        if reply.status != 200:
            raise self.absent(f"hyperblock {number} ({self._said(reply)})", number, await self.tip())
        with strictly(self.link, path):
            found = member(reply.document, "data", "hyperblock")
            if count(member(found, "nonce")) != number:
                raise ValueError(f"it is about hyperblock {member(found, 'nonce')!r:.20}")
            return found

    async def _shard_blocks(self, at: Block, shards: int) -> Mapping[int, tuple[int, str]]:
        """The newest block of each shard as of a hyperblock, by nonce and hash."""
        found: dict[int, tuple[int, str]] = {}
        for number in range(at.number, max(0, at.number - _BACK), -1):
            told = await self._hyperblock(number)
            with strictly(self.link, f"hyperblock {number}"):
                blocks = [
                    (count(member(each, "shard")), count(member(each, "nonce")), _hash(member(each, "hash")))
                    for each in items(member(told, "shardBlocks"))
                ]
                if not blocks:
                    raise ValueError("it names no block of a shard")
            newest = {shard: (nonce, identity) for shard, nonce, identity in sorted(blocks)}
            found = {**newest, **found}
            if set(range(shards)) <= found.keys():
                return found
        raise self.link.fault(Reason.BEHIND, f"a shard has no block in the last {_BACK} hyperblocks")

    # --- balances ---

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        asked, failed = only_coins(wanted, self.network)
        _, shards = await self._config()
        blocks = await self._shard_blocks(at, shards)

        async def balance(coin: Token, account: Address) -> int:
            shard = _shard(decode(self.network, account).payload, shards)
            if shard is None:
                failed[coin] = f"{account} is a contract of the metachain, whose coins are not read"
                return 0
            return await self._balance(account, *blocks[shard])

        told = await each_balance(asked, balance)
        return Held(at, {token: told[token] for token in without(told, failed)}, failed)

    async def _balance(self, account: Address, nonce: int, identity: str) -> int:
        reply = await self.rest.get(f"/address/{account}", [("blockHash", identity)], told=_FAILED)
        if reply.status != 200:
            raise self.link.fault(Reason.PRUNED, f"account {account} at block {identity}: {self._said(reply)}")
        with strictly(self.link, f"account {account}"):
            told, data = member(reply.document, "data", "account"), member(reply.document, "data")
            if text(member(told, "address")) != account:
                raise ValueError("it is about another account")
            named = count(member(data, "blockInfo", "nonce")), text(member(data, "blockInfo", "hash"))
            if named != (nonce, identity):
                raise self.link.fault(Reason.UNPINNED, f"it was asked about block {nonce}, and answers at {named[0]}")
            return decimal(member(told, "balance"), _BITS)

    def _said(self, reply: JsonAnswer) -> str:
        with strictly(self.link, "an error"):
            return shown(text(member(reply.document, "error")), 150)


def _hash(value: object) -> str:
    """A block's hash: a gateway that is asked about something else tells its newest state."""
    return block_hash(f"0x{text(value)}").removeprefix("0x")


def _shard(account: bytes, shards: int) -> int | None:
    """The shard that an account lives in, by its last bits (mx-chain-go, ``ComputeId``); None: the metachain."""
    if account[:8] == bytes(8) and account[10:25] == bytes(15) and account[-1] == 0xFF:
        return None
    bits = (shards - 1).bit_length()
    shard = account[-1] & ((1 << bits) - 1)
    return shard if shard < shards else account[-1] & ((1 << bits - 1) - 1)
