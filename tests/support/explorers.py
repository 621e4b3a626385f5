"""An explorer over a real Bitcoin node: what Esplora would answer, worked out from the node's blocks.

No Esplora server is packaged; paths and fields are those of its API.md.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.devnet.nodes import BitcoinNode
from monitor.devnet.nodes.bitcoin import script_of

_PAGE = 25
_TRANSACTIONS = 3
"""Of one page of a block."""


class Explorer:
    """Tells the chain of ``node`` as it is, unless a subclass, or one of these, makes it lie."""

    url: str

    def __init__(self, node: BitcoinNode, *, lie: int = 0, behind: int = 0) -> None:
        """``lie``: satoshi more than each account holds. ``behind``: blocks that it has not seen yet."""
        self.lie = lie
        self.behind = behind
        self.frozen = False
        """Whether it sticks to the blocks that it has, whatever becomes of the chain."""
        self._node = node
        self._blocks: list[dict[str, Any]] = []

    def _index(self) -> None:
        """Take in the blocks of the node's present chain."""
        if self.frozen or (self._blocks and not self.behind and self._blocks[-1]["hash"] == self._best()):
            return
        hashes = [self._node.rpc("getblockhash", n) for n in range(self._node.rpc("getblockcount") + 1 - self.behind)]
        kept = 0
        while kept < min(len(hashes), len(self._blocks)) and self._blocks[kept]["hash"] == hashes[kept]:
            kept += 1
        self._blocks[kept:] = [self._node.rpc("getblock", each, 3) for each in hashes[kept:]]

    def _best(self) -> str:
        best: str = self._node.rpc("getbestblockhash")
        return best

    def _history(self, account: str) -> list[dict[str, Any]]:
        """The account's transactions, newest first."""
        script = script_of(account).hex()
        found = [
            _transaction(entry, block)
            for block in self._blocks[1:]  # the genesis pays nobody
            for entry in block["tx"]
            if script in json.dumps(entry, default=str)
        ]
        return found[::-1]

    def _answer(self, path: str) -> Any:
        match path.split("/")[1:]:
            case ["blocks", "tip", "hash"]:
                return self._blocks[-1]["hash"]
            case ["block-height", number]:
                return self._blocks[int(number)]["hash"] if int(number) < len(self._blocks) else None
            case ["block", name]:
                block = next(each for each in self._blocks if each["hash"] == name)
                return {"id": name, "height": block["height"], "timestamp": block["time"]}
            case ["block", name, "raw"]:
                return bytes.fromhex(self._node.rpc("getblock", name, 0))
            case ["tx", txid]:
                found = ((entry, block) for block in self._blocks for entry in block["tx"] if entry["txid"] == txid)
                return next((_transaction(*each) for each in found), None)
            case ["address", account]:
                return {"address": account, **self._sums(account)}
            case ["address", account, "txs", "chain", *after]:
                history = self._history(account)
                start = [each["txid"] for each in history].index(after[0]) + 1 if after else 0
                return history[start : start + _PAGE]
        raise AssertionError(path)

    def _sums(self, account: str) -> dict[str, Any]:
        script, history = script_of(account).hex(), self._history(account)
        made = sum(out["value"] for each in history for out in each["vout"] if out["scriptpubkey"] == script)
        prevouts = [each["prevout"] for entry in history for each in entry["vin"] if each["prevout"]]
        spent = sum(out["value"] for out in prevouts if out["scriptpubkey"] == script)
        chain = {"funded_txo_sum": made + self.lie, "spent_txo_sum": spent, "tx_count": len(history)}
        return {"chain_stats": chain, "mempool_stats": {"funded_txo_sum": 10**9, "spent_txo_sum": 7, "tx_count": 1}}

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        await asyncio.to_thread(self._index)
        answer = await asyncio.to_thread(self._answer, request.path.removeprefix("/api"))
        if isinstance(answer, bytes):
            return web.Response(body=answer)
        if answer is None:
            return web.Response(status=404, text="Block not found")
        return web.Response(text=answer if isinstance(answer, str) else json.dumps(answer))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with RawTestServer(self._handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("/api"))
            yield self.url


class Blockbook(Explorer):
    """The same as Blockbook would answer it, which names ``accounts`` in inputs and outputs; pages are small."""

    def __init__(self, node: BitcoinNode, accounts: Iterable[str]) -> None:
        super().__init__(node)
        self._names = {script_of(each).hex(): each for each in accounts}

    def _answer(self, path: str) -> Any:
        match path.split("/")[1:]:
            case ["status"]:
                return {"blockbook": {"bestHeight": len(self._blocks) - 1}}
            case ["v2", "block-index", number]:
                return {"blockHash": self._blocks[int(number)]["hash"] if int(number) < len(self._blocks) else ""}
            case ["v2", "rawblock", name]:
                return {"hex": self._node.rpc("getblock", name, 0)}
            case ["v2", "block", name]:
                return self._told(self._node.rpc("getblock", name, 3))
            case ["v2", "address", account]:
                stats = self._sums(account)["chain_stats"]
                held = stats["funded_txo_sum"] - stats["spent_txo_sum"]
                balance = {"balance": str(held)} if stats["tx_count"] else {}
                return {"address": account, "unconfirmedBalance": "5", "txs": stats["tx_count"]} | balance
        raise AssertionError(path)

    def _told(self, block: dict[str, Any]) -> dict[str, Any]:
        def side(of: dict[str, Any] | None) -> dict[str, Any]:
            if of is None:
                return {"isAddress": False, "value": "0"}
            name = self._names.get(of["scriptPubKey"]["hex"])
            return {"addresses": [name or "somebody else"], "value": str(int(of["value"] * 10**8))}

        told = [
            {
                "txid": each["txid"],
                "vin": [side(spent.get("prevout")) for spent in each["vin"]],
                "vout": [side(made) for made in each["vout"]],
            }
            for each in block["tx"]
        ]
        return {
            "hash": block["hash"],
            "height": block["height"],
            "time": block["time"],
            "previousBlockHash": block.get("previousblockhash", ""),
            "merkleRoot": block["merkleroot"],
            "txCount": len(told),
            "txs": told,
        }

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        await asyncio.to_thread(self._index)
        answer = await asyncio.to_thread(self._answer, request.path.removeprefix("/api"))
        if "txs" in answer and isinstance(answer["txs"], list):
            page = int(request.query.get("page", 1))
            pages = -(-len(answer["txs"]) // _TRANSACTIONS)
            answer |= {"page": page, "totalPages": pages}
            answer["txs"] = answer["txs"][(page - 1) * _TRANSACTIONS : page * _TRANSACTIONS]
        return web.json_response(answer)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with super().serving() as url:
            self.url = url.removesuffix("/api")
            yield self.url


def _transaction(entry: dict[str, Any], block: dict[str, Any]) -> dict[str, Any]:
    def output(of: dict[str, Any]) -> dict[str, Any]:
        return {"scriptpubkey": of["scriptPubKey"]["hex"], "value": int(of["value"] * 10**8)}

    inputs = [
        {
            "txid": each.get("txid", "00" * 32),
            "vout": each.get("vout", 2**32 - 1),
            "is_coinbase": "coinbase" in each,
            "prevout": output(each["prevout"]) if "prevout" in each else None,
        }
        for each in entry["vin"]
    ]
    status = {"confirmed": True, "block_height": block["height"], "block_hash": block["hash"]}
    return {"txid": entry["txid"], "vin": inputs, "vout": [*map(output, entry["vout"])], "status": status}
