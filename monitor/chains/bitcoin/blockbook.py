"""Blockbook, Trezor's explorer for most coins of Bitcoin's family (trezor/blockbook, docs/api.md, API V2).

Amounts are text, in base units. Fields that are empty are left out, so what must be there is told apart from zero by
what stands beside it.
"""

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count as counting
from typing import Any

from monitor.chains.amounts import count
from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.explorer import ExplorerNode
from monitor.chains.bitcoin.explorer_history import Change, txid_of
from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.errors import Reason
from monitor.chains.http import Query
from monitor.formats.bitcoin import merkle_root
from monitor.model import Address, Block, Height, KeyHash

_AMOUNT = re.compile(r"[0-9]{1,30}")
_PAGE = "100"
"""Transactions of one page of a history."""


class BlockbookNode(ExplorerNode):
    """One explorer that speaks Blockbook's API."""

    async def tip_hash(self) -> str:
        status = (await self.get_object("/api/status")).get("blockbook")
        if not isinstance(status, dict) or not isinstance(status.get("bestHeight"), int):
            raise self.link.fault(Reason.MALFORMED, "/api/status: it does not tell its newest block")
        if status.get("initialSync"):
            raise self.link.fault(Reason.BEHIND, f"still syncing: block {status['bestHeight']}")
        found = await self.hash_at(status["bestHeight"])
        if found is None:
            raise self.link.fault(Reason.TIP_MOVED, f"block {status['bestHeight']} has left the chain")
        return found

    async def hash_at(self, height: int) -> str | None:
        """Above the tip, the hash is empty."""
        path = f"/api/v2/block-index/{height}"
        found = await self.get_object(path)
        if "blockHash" not in found:
            raise self.link.fault(Reason.MALFORMED, f"{path}: no `blockHash`")
        return self.block_hash(found["blockHash"]) if found["blockHash"] else None

    async def header(self, block_hash: str) -> Block:
        told = await self.get_object(f"/api/v2/block/{block_hash}")
        return Block(Height(count(told["height"])), told["hash"], datetime.fromtimestamp(count(told["time"]), UTC))

    async def confirmed(self, account: Address) -> tuple[int, int]:
        """Ask for the confirmed ``balance``: ``unconfirmedBalance`` beside it is no part of the chain."""
        found = await self._account(account, [("details", "basic")])
        transactions = count(found["txs"])
        if "balance" not in found and transactions:
            raise ValueError(f"it has {transactions} transactions and no balance")
        return _amount(found.get("balance", "0")), transactions

    async def history(self, account: Address) -> AsyncGenerator[list[Change], None]:
        for number in counting(1):
            query = [("details", "txslight"), ("page", str(number)), ("pageSize", _PAGE)]
            found = await self._account(account, query)
            of_the_chain = (entry for entry in found.get("transactions", ()) if entry["confirmations"])
            yield [_change(entry, account) for entry in of_the_chain]
            if number >= count(found["totalPages"]):
                return

    async def raw(self, block_hash: str) -> bytes:
        path = f"/api/v2/rawblock/{block_hash}"
        try:
            return bytes.fromhex((await self.get_object(path))["hex"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.link.fault(Reason.MALFORMED, f"{path}: {error!r:.150}") from None

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        """Read the block's pages, which tell of every input what it spends."""
        amounts: dict[Address, int] = defaultdict(int)
        seen: list[str] = []
        for number in counting(1):
            path = f"/api/v2/block/{block_hash}"
            found = await self.get_object(path, [("page", str(number))])
            try:
                _add(amounts, found["txs"], watched)
                seen += [txid_of(entry["txid"]) for entry in found["txs"]]
                if number >= count(found["totalPages"]):
                    self._check_whole(block_hash, seen, found)
                    stamp = datetime.fromtimestamp(count(found["time"]), UTC)
                    return Moved(self.block_hash(found["previousBlockHash"]), stamp, dict(amounts))
                _check_goes_on(number, found["txs"], seen)
            except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
                raise self.link.fault(Reason.MALFORMED, f"{path}: {error!r:.150}") from None
        raise AssertionError("blocks have a last page")

    def _check_whole(self, block_hash: str, txids: list[str], told: Mapping[str, Any]) -> None:
        """All transactions must have been told, each once: their ids make the root that the block's header has.

        Decred's make it in another way.
        """
        if told["hash"] != block_hash:
            raise ValueError(f"it is about block {told['hash']!r:.70}")
        if len(txids) != count(told["txCount"]) or len(set(txids)) < len(txids):
            raise ValueError(f"it tells {len(set(txids))} of {told['txCount']} transactions, or one twice")
        if parameters_of(self.network).key_hash is KeyHash.SHA256:
            root = merkle_root([bytes.fromhex(txid)[::-1] for txid in txids])
            if root[::-1].hex() != told["merkleRoot"]:
                raise ValueError("its transactions are not those of its header")

    def shows(self, account: Address) -> bool:
        return True

    async def _account(self, account: Address, query: Query) -> dict[str, Any]:
        found = await self.get_object(f"/api/v2/address/{account}", query)
        if found["address"] != account:
            raise ValueError(f"it is about {found['address']!r:.100}")
        return found


def _check_goes_on(number: int, page: Sequence[object], seen: Sequence[str]) -> None:
    """Raise ValueError where a page brings nothing new: others might come without end."""
    if not page or len(set(seen)) < len(seen):
        raise ValueError(f"page {number} has nothing, or what was on another")


def _change(entry: Mapping[str, Any], account: Address) -> Change:
    made, spent = (sum(_of(each, account) for each in entry[side]) for side in ("vout", "vin"))
    return Change(txid_of(entry["txid"]), count(entry["blockHeight"]), made - spent)


def _add(amounts: dict[Address, int], entries: Iterable[Mapping[str, Any]], watched: Collection[Address]) -> None:
    """What transactions gave to watched accounts, and took from them."""
    for entry in entries:
        for side, sign in (("vout", 1), ("vin", -1)):
            for each in entry[side]:
                for account in each.get("addresses") or ():
                    if account in watched:
                        amounts[account] += sign * _of(each, account)


def _of(side: Mapping[str, Any], account: Address) -> int:
    """What an input or output has of an account; the addresses of some are left out."""
    return _amount(side["value"]) if "addresses" in side and side["addresses"] == [account] else 0


def _amount(text: object) -> int:
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r:.40} is not an amount")
    return int(text)
