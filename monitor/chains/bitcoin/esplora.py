"""Esplora, the HTTP API of block explorers (Blockstream/esplora, API.md)."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from monitor.chains.amounts import count
from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.explorer import ExplorerNode
from monitor.chains.bitcoin.explorer_history import Change, txid_of
from monitor.chains.bitcoin.raw_blocks import RawTransaction, shows_spending
from monitor.chains.bitcoin.raw_moves import RawMoves
from monitor.chains.bitcoin.scripts import Scripts
from monitor.chains.bitcoin.transactions import Output
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.model import Address, Block, Height, Network


class EsploraNode(ExplorerNode):
    """One explorer that speaks Esplora's API."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._scripts = Scripts(network)
        self._moves = RawMoves(network, link, self._scripts, self.raw, self._spent)

    async def tip_hash(self) -> str:
        return self._hash(await self.get("/blocks/tip/hash"))

    async def hash_at(self, height: int) -> str | None:
        body = await self.get(f"/block-height/{height}", missing=True)
        return None if body is None else self._hash(body)

    def _hash(self, body: bytes | None) -> str:
        return self.block_hash((body or b"").decode("ascii", "replace").strip())

    async def header(self, block_hash: str) -> Block:
        told = await self.get_object(f"/block/{block_hash}")
        return Block(Height(count(told["height"])), told["id"], datetime.fromtimestamp(count(told["timestamp"]), UTC))

    async def confirmed(self, account: Address) -> tuple[int, int]:
        """Only ``chain_stats`` count; ``mempool_stats`` beside them are no part of the chain."""
        found = await self.get_object(f"/address/{account}")
        if found["address"] != account:
            raise ValueError(f"it is about {found['address']!r:.100}")
        stats = found["chain_stats"]
        return count(count(stats["funded_txo_sum"]) - count(stats["spent_txo_sum"])), count(stats["tx_count"])

    async def history(self, account: Address) -> AsyncGenerator[list[Change], None]:
        path, script, last = f"/address/{account}/txs/chain", self._scripts.of(account).hex(), ""
        while True:
            found = await self.get_json(f"{path}/{last}" if last else path)
            if not isinstance(found, list):
                raise self.link.fault(Reason.MALFORMED, f"{path}: not a list")
            page = [_change(entry, script) for entry in found]
            yield page
            last = page[-1].txid

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        return await self._moves.moved(block_hash, watched)

    def shows(self, account: Address) -> bool:
        return shows_spending(self._scripts.of(account))

    async def raw(self, block_hash: str) -> bytes:
        return await self.get(f"/block/{block_hash}/raw") or b""

    async def _spent(self, transactions: Sequence[RawTransaction]) -> Sequence[Sequence[Output]]:
        return await together(map(self._prevouts, transactions))

    async def _prevouts(self, transaction: RawTransaction) -> list[Output]:
        path = f"/tx/{transaction.txid}"
        found = await self.get_object(path)
        try:
            return _outputs_spent(found, transaction)
        except (KeyError, TypeError, ValueError) as error:
            raise self.link.fault(Reason.MALFORMED, f"{path}: {error!r:.150}") from None


def _outputs_spent(told: Mapping[str, Any], transaction: RawTransaction) -> list[Output]:
    if [(each["txid"], each["vout"]) for each in told["vin"]] != list(transaction.spent):
        raise ValueError("its inputs are not those of the block")
    prevouts = [each["prevout"] for each in told["vin"]]
    return [Output(bytes.fromhex(each["scriptpubkey"]), count(each["value"])) for each in prevouts]


def _change(entry: Mapping[str, Any], script: str) -> Change:
    status = entry["status"]
    if status["confirmed"] is not True:
        raise ValueError("a transaction of its confirmed history is not confirmed")
    made = sum(count(output["value"]) for output in entry["vout"] if output["scriptpubkey"] == script)
    prevouts = [one["prevout"] for one in entry["vin"] if not one["is_coinbase"]]
    spent = sum(count(output["value"]) for output in prevouts if output["scriptpubkey"] == script)
    return Change(txid_of(entry["txid"]), count(status["block_height"]), made - spent)
