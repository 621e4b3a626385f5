"""A block as ``getblock`` tells it, and what it does to watched scripts.

Verbosity 3 tells for every input which output it spends (``prevout``, Bitcoin Core 23 or later), as long as the node
has the block and its undo data. Older kin leave ``prevout`` out: those blocks can be followed, but not undone.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from monitor.chains.amounts import count, units
from monitor.chains.bitcoin.coins import Coin, Effect, Outpoint, outpoint_of
from monitor.chains.bitcoin.core_rpc import HeightField, IndexField, TimeField
from monitor.model import Block, Height


class _Script(msgspec.Struct, gc=False):
    hex: str


class _Output(msgspec.Struct, gc=False):
    value: Decimal
    n: IndexField
    script: _Script = msgspec.field(name="scriptPubKey")


class _Prevout(msgspec.Struct, gc=False):
    value: Decimal
    height: int
    script: _Script = msgspec.field(name="scriptPubKey")


class _Input(msgspec.Struct, gc=False):
    """``txid`` and ``vout`` are missing in the one that makes new coins."""

    txid: str | None = None
    vout: IndexField = 0
    prevout: _Prevout | None = None


class _Transaction(msgspec.Struct, gc=False):
    txid: str
    vin: list[_Input]
    vout: list[_Output]


class BlockAnswer(msgspec.Struct):
    """What is needed of ``getblock``'s answer."""

    hash: str
    height: HeightField
    time: TimeField
    tx: list[_Transaction]
    parent: str = msgspec.field(name="previousblockhash", default="")

    @property
    def block(self) -> Block:
        return Block(Height(self.height), self.hash, datetime.fromtimestamp(self.time, UTC))


def effect_of(block: BlockAnswer, owners: Mapping[bytes, int], decimals: int) -> Effect:
    """Return what ``block`` does to the scripts of ``owners``.

    The genesis does nothing: its output is in no node's set. Raises ValueError for what is no block.
    """
    created: dict[Outpoint, Coin] = {}
    spent: dict[Outpoint, Coin | None] = {}

    def coin_of(output: _Output | _Prevout, height: int) -> Coin | None:
        owner = owners.get(bytes.fromhex(output.script.hex))
        return None if owner is None else Coin(owner, units(output.value, decimals), count(height))

    for transaction in block.tx if block.height else ():
        for entry in transaction.vin:
            prevout = entry.prevout
            coin = coin_of(prevout, prevout.height) if prevout else None
            if entry.txid is not None and (coin or prevout is None):
                outpoint = outpoint_of(entry.txid, entry.vout)
                if created.pop(outpoint, None) is None:
                    spent[outpoint] = coin
        for output in transaction.vout:
            if coin := coin_of(output, block.height):
                created[outpoint_of(transaction.txid, output.n)] = coin
    return Effect(created, spent)
