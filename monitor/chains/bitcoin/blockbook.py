"""Blockbook, Trezor's explorer for most coins of Bitcoin's family (trezor/blockbook, docs/api.md, API V2).

Amounts are text, in base units. Fields that are empty are left out, so what must be there is told apart from zero by
what stands beside it.
"""

import re
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime
from itertools import count as counting
from typing import Any

from monitor.chains.amounts import count
from monitor.chains.bitcoin.explorer import ExplorerNode
from monitor.chains.bitcoin.explorer_history import Change, txid_of
from monitor.chains.errors import Reason
from monitor.chains.http import Query
from monitor.model import Address, Block

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
        return Block(count(told["height"]), told["hash"], datetime.fromtimestamp(count(told["time"]), UTC))

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

    async def _account(self, account: Address, query: Query) -> dict[str, Any]:
        found = await self.get_object(f"/api/v2/address/{account}", query)
        if found["address"] != account:
            raise ValueError(f"it is about {found['address']!r:.100}")
        return found


def _change(entry: Mapping[str, Any], account: Address) -> Change:
    made, spent = (sum(_of(each, account) for each in entry[side]) for side in ("vout", "vin"))
    return Change(txid_of(entry["txid"]), count(entry["blockHeight"]), made - spent)


def _of(side: Mapping[str, Any], account: Address) -> int:
    """What an input or output has of an account; the addresses of some are left out."""
    return _amount(side["value"]) if "addresses" in side and side["addresses"] == [account] else 0


def _amount(text: object) -> int:
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text!r:.40} is not an amount")
    return int(text)
