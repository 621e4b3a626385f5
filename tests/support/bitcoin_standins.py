"""Stand-ins for bitcoind, Esplora and Electrum servers over one made-up regtest chain."""

import asyncio
import hashlib
import json
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.model import Network
from monitor.registry.addresses import bitcoin, decode
from tests.support.chains import REGTEST
from tests.support.standins import JsonRpcStandIn, RefusedError

_GENESIS = bytes.fromhex(
    "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000"
)


Hash = Callable[[bytes], bytes]


def sha256d(data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def script_of(account: str, network: Network = REGTEST) -> bytes:
    return bitcoin.script_pubkey(decode(network, account))


class Chain:
    """Blocks and what accounts hold, in satoshi; the same for everyone who looks at it.

    Every account that holds something does so in two outputs. When its amount changes, the block in which it does
    spends both and makes two new ones.
    """

    def __init__(
        self,
        amounts: dict[str, int],
        salt: int = 0,
        network: Network = REGTEST,
        genesis: bytes = _GENESIS,
        hashed: Hash = sha256d,
    ) -> None:
        """Chains with another ``salt`` have other blocks, all but the genesis; ``hashed`` makes a header's hash."""
        self.headers = [genesis]
        self._hashed = hashed
        self._held: list[dict[str, int]] = [{}]
        self._salt = salt
        self.network = network
        self._transactions: dict[tuple[str, bytes], tuple[str, bytes]] = {}
        self.mine(6)
        self.mine()
        self._held[-1] = dict(amounts)
        self.mine(93)

    @property
    def amounts(self) -> dict[str, int]:
        """What accounts hold at the tip; to change it is to change what the newest block does."""
        return self._held[-1]

    @property
    def accounts(self) -> set[str]:
        """All that ever held anything."""
        return {account for held in self._held for account in held}

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            previous = self._hashed(self.headers[-1])
            moment = (int(time.time()) - 60).to_bytes(4, "little")
            self._salt += 1
            self.headers.append(bytes(4) + previous + bytes(32) + moment + bytes(4) + self._salt.to_bytes(4, "little"))
            self._held.append(dict(self._held[-1]))

    def fork(self, depth: int) -> "Chain":
        """A chain that shares all but the last ``depth`` blocks with this one, and has none instead of them yet."""
        other = Chain({})
        other.headers, other._salt = self.headers[:-depth], self._salt + 1000
        other._held = [dict(held) for held in self._held[:-depth]]
        return other

    @property
    def height(self) -> int:
        return len(self.headers) - 1

    def hash_at(self, height: int) -> str:
        return self._hashed(self.headers[height])[::-1].hex()

    def time_at(self, height: int) -> int:
        return int.from_bytes(self.headers[height][68:72], "little")

    def height_of(self, block: str) -> int:
        return [self.hash_at(height) for height in range(self.height + 1)].index(block)

    def knows(self, block: str) -> bool:
        return any(self.hash_at(height) == block for height in range(self.height + 1))

    def outputs(self, account: str, height: int) -> list[dict[str, Any]]:
        """The unspent outputs of an account after the block at ``height``."""
        amount = self._held[height].get(account, 0)
        made = height
        while made and self._held[made - 1].get(account, 0) == amount:
            made -= 1
        txid = self.transaction(account, made)[0]
        parts = (amount // 3, amount - amount // 3)
        return [
            {
                "txid": txid,
                "vout": index,
                "script": script_of(account, self.network).hex(),
                "amount": _Coins(part),
                "height": made,
            }
            for index, part in enumerate(parts)
            if part
        ]

    def changes(self, account: str) -> list[int]:
        """Heights of the blocks that changed what an account holds."""
        held = [amounts.get(account, 0) for amounts in self._held]
        return [height for height in range(1, len(held)) if held[height] != held[height - 1]]

    def transaction(self, account: str, height: int) -> tuple[str, bytes]:
        """Id and bytes of the transaction that changed what an account holds in the block at ``height``.

        An account that held nothing gets coins of nowhere; one that holds nothing any more pays nobody.
        """
        block = bytes.fromhex(self.hash_at(height))
        if (account, block) not in self._transactions:
            amount = self._held[height].get(account, 0)
            spent = self.outputs(account, height - 1) if height else []
            outpoints = [(bytes.fromhex(each["txid"])[::-1], each["vout"]) for each in spent] or [
                (bytes(32), 2**32 - 1)
            ]
            raw = b"\x02\x00\x00\x00" + bytes([len(outpoints)])
            for txid, vout in outpoints:
                raw += txid + vout.to_bytes(4, "little") + b"\x20" + block + b"\xff\xff\xff\xff"
            script = script_of(account, self.network)
            raw += b"\x02"
            for part in (amount // 3, amount - amount // 3):
                raw += part.to_bytes(8, "little") + bytes([len(script)]) + script
            raw += bytes(4)
            self._transactions[account, block] = sha256d(raw)[::-1].hex(), raw
        return self._transactions[account, block]

    def block(self, block: str) -> dict[str, Any]:
        """``getblock`` with verbosity 3: a transaction that makes coins of nothing, and one for each account."""
        height = self.height_of(block)
        transactions = [{"txid": hashlib.sha256(block.encode()).hexdigest(), "vin": [{"coinbase": "00"}], "vout": []}]
        changed = [
            account
            for account in {**self._held[height - 1], **self._held[height]}
            if height and self._held[height - 1].get(account, 0) != self._held[height].get(account, 0)
        ]
        for account in changed:
            spent, made = self.outputs(account, height - 1), self.outputs(account, height)
            transactions.append(
                {
                    "txid": self.transaction(account, height)[0],
                    "vin": [_input(output) for output in spent] or [{"coinbase": "00"}],
                    "vout": [_output(output) for output in made],
                }
            )
        parent = {"previousblockhash": self.hash_at(height - 1)} if height else {}
        return {"hash": block, "height": height, "time": self.time_at(height), "tx": transactions, **parent}


def _input(output: dict[str, Any]) -> dict[str, Any]:
    prevout = {"value": output["amount"], "height": output["height"], "scriptPubKey": {"hex": output["script"]}}
    return {"txid": output["txid"], "vout": output["vout"], "prevout": prevout}


def _output(output: dict[str, Any]) -> dict[str, Any]:
    return {"value": output["amount"], "n": output["vout"], "scriptPubKey": {"hex": output["script"]}}


class BitcoindStandIn(JsonRpcStandIn):
    """bitcoind, with two outputs for every account."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.chain = chain
        self.syncing = False
        self.scanning = asyncio.Event()
        """Set when a scan has begun."""
        self.scan_ends = asyncio.Event()
        self.scan_ends.set()
        self.scans = 0
        """Scans that were begun."""
        self.other_scans = 0
        """How often a scan is refused because of someone else's."""
        self.scanning_since: float | None = None
        """When the scan began that it runs although nobody waits for it any more; None: there is none."""
        self.tells_commands = True
        """Whether ``getrpcinfo`` may be asked."""
        self.pruned_below = 0
        """The first block that it still has; 0: all of them."""
        self.tells_prevouts = True
        """Whether ``getblock`` tells what inputs spend (Bitcoin Core 23 or later)."""
        self.filters = False
        """Whether it has the index of block filters."""
        self.filtering = False
        """Whether it scans them just now."""

    def on_getblockhash(self, height: int) -> str:
        if height > self.chain.height:
            raise RefusedError(-8, "Block height out of range")
        return self.chain.hash_at(height)

    def on_getblockchaininfo(self) -> dict[str, Any]:
        return {
            "chain": "main" if self.syncing else "regtest",
            "blocks": self.chain.height,
            "headers": self.chain.height + 7,
            "bestblockhash": self.chain.hash_at(self.chain.height),
            "initialblockdownload": True,
            "pruned": bool(self.pruned_below),
            **({"pruneheight": self.pruned_below} if self.pruned_below else {}),
        }

    def on_getblockheader(self, block: str) -> dict[str, Any]:
        if not self.chain.knows(block):
            raise RefusedError(-5, "Block not found")
        height = self.chain.height_of(block)
        confirmations = self.chain.height - height + 1
        return {"hash": block, "height": height, "time": self.chain.time_at(height), "confirmations": confirmations}

    def on_getblock(self, block: str, verbosity: int) -> dict[str, Any]:
        assert verbosity == 3
        if not self.chain.knows(block):
            raise RefusedError(-5, "Block not found")
        if self.chain.height_of(block) < self.pruned_below:
            raise RefusedError(-1, "Block not available (pruned data)")
        found = self.chain.block(block)
        if not self.tells_prevouts:
            for entry in (entry for transaction in found["tx"] for entry in transaction["vin"]):
                entry.pop("prevout", None)
        return found

    def on_getrpcinfo(self) -> dict[str, Any]:
        if not self.tells_commands:
            raise RefusedError(-32601, "Method not found")
        age = time.time() - (self.scanning_since or 0)
        running = [{"method": "scantxoutset", "duration": int(age * 1e6)}] if self.scanning_since else []
        return {"active_commands": [*running, {"method": "getrpcinfo", "duration": 12}], "logpath": ""}

    def on_getblockfilter(self, block: str, kind: str) -> dict[str, Any]:
        assert kind == "basic"
        if not self.filters:
            raise RefusedError(-1, "Index is not enabled for filtertype basic")
        assert self.chain.knows(block)
        return {"filter": "00", "header": "00" * 32}

    async def on_scanblocks(self, action: str, wanted: list[str], lowest: int, highest: int) -> dict[str, Any]:
        assert action == "start"
        if self.filtering:
            raise RefusedError(-8, 'Scan already in progress, use action "abort" or "status"')
        self.filtering = True
        await asyncio.sleep(0.01)
        self.filtering = False
        found = [self.chain.hash_at(height) for height in range(lowest, highest + 1)]
        relevant = [block for block in found if any(f'"{_script(each)}"' in self._told(block) for each in wanted)]
        return {"from_height": lowest, "to_height": highest, "relevant_blocks": relevant, "completed": True}

    def _told(self, block: str) -> str:
        return self.dumps(self.chain.block(block))

    async def on_scantxoutset(self, action: str, wanted: list[str] | None = None) -> Any:
        if action == "status":
            return None if self.scan_ends.is_set() else {"progress": 42}
        if action == "abort":
            self.scanning_since = None
            self.scan_ends.set()
            return True
        if self.other_scans or self.scanning_since:
            self.other_scans = max(0, self.other_scans - 1)
            raise RefusedError(-8, 'Scan already in progress, use action "abort" or "status"')
        tip = self.chain.height
        self.scans += 1
        self.scanning.set()
        await self.scan_ends.wait()
        scripts = {_script(descriptor) for descriptor in wanted or []}
        unspents = [
            {name if name != "script" else "scriptPubKey": value for name, value in output.items()}
            for account in self.chain.amounts
            if script_of(account, self.chain.network).hex() in scripts
            for output in self.chain.outputs(account, tip)
        ]
        return {
            "success": True,
            "height": tip,
            "bestblock": self.chain.hash_at(tip),
            "unspents": unspents,
            "total_amount": _Coins(sum(output["amount"].satoshi for output in unspents)),
        }

    def dumps(self, answer: Any) -> str:
        return _plain(json.dumps(answer, default=lambda coins: f"<{coins.text}>"))


def _script(descriptor: str) -> str:
    return descriptor.removeprefix("raw(").removesuffix(")")


class _Coins:
    """An amount as bitcoind writes it: a JSON number with eight decimals."""

    def __init__(self, satoshi: int) -> None:
        self.satoshi = satoshi
        self.text = f"{satoshi // 10**8}.{satoshi % 10**8:08d}"


def _plain(text: str) -> str:
    return text.replace('"<', "").replace('>"', "")


class EsploraStandIn:
    """An explorer. ``twist`` gets path and true answer, and gives the one that is sent."""

    url: str

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.asked: list[str] = []
        self.twist: Callable[[str, Any], Any] = lambda path, answer: answer

    async def handle(self, request: web.BaseRequest) -> web.Response:
        path = request.path.removeprefix("/api")
        self.asked.append(path)
        answer = self.twist(path, self._answer(path))
        if isinstance(answer, web.Response):
            return answer
        return web.Response(text=answer if isinstance(answer, str) else json.dumps(answer))

    def _answer(self, path: str) -> Any:
        match path.split("/")[1:]:
            case ["blocks", "tip", "hash"]:
                return self.chain.hash_at(self.chain.height)
            case ["block-height", number] if int(number) > self.chain.height:
                return web.Response(status=404, text="Block not found")
            case ["block-height", number]:
                return self.chain.hash_at(int(number))
            case ["block", block]:
                height = self.chain.height_of(block)
                return {"id": block, "height": height, "timestamp": self.chain.time_at(height)}
            case ["address", account]:
                amount = self.chain.amounts.get(account, 0)
                confirmed = len(self.chain.changes(account))
                chain_stats = {"funded_txo_sum": amount + 500, "spent_txo_sum": 500, "tx_count": confirmed}
                mempool = {"funded_txo_sum": 10**9, "spent_txo_sum": 7, "tx_count": 3}
                return {"address": account, "chain_stats": chain_stats, "mempool_stats": mempool}
            case ["address", account, "txs", "chain", *after]:
                return self._page(account, *after)
            case _:
                return web.Response(status=400, text="what?")

    def _page(self, account: str, after: str = "") -> list[dict[str, Any]]:
        """Transactions of an account, newest first, two at a time."""
        chain = self.chain
        heights = chain.changes(account)[::-1]
        names = [chain.transaction(account, height)[0] for height in heights]
        start = names.index(after) + 1 if after else 0
        return [_told(chain, account, height) for height in heights[start : start + 2]]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("/api"))
            yield self.url


class BlockbookStandIn:
    """A Blockbook. ``twist`` gets path and true answer, and gives the one that is sent."""

    url: str

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.asked: list[str] = []
        self.twist: Callable[[str, Any], Any] = lambda path, answer: answer

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.asked.append(request.path_qs)
        answer = self.twist(request.path, self._answer(request))
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    def _answer(self, request: web.BaseRequest) -> Any:
        chain = self.chain
        match request.path.split("/")[1:]:
            case ["api", "status"]:
                ahead = {"blocks": chain.height + 1, "bestBlockHash": "ab" * 32}  # what the node has, not the index
                return {"blockbook": {"coin": "Testcoin", "bestHeight": chain.height}, "backend": ahead}
            case ["api", "v2", "block-index", number]:
                known = int(number) <= chain.height
                return {"blockHash": chain.hash_at(int(number)) if known else ""}
            case ["api", "v2", "block", block]:
                height = chain.height_of(block)
                return {"hash": block, "height": height, "time": chain.time_at(height), "txs": []}
            case ["api", "v2", "address", account] if request.query.get("details") == "basic":
                return self._account(account)
            case ["api", "v2", "address", account]:
                return self._account(account) | self._page(account, int(request.query["page"]))
            case _:
                return web.json_response({"error": "Missing request"}, status=400)

    def _account(self, account: str) -> dict[str, Any]:
        confirmed = len(self.chain.changes(account))
        found = {"address": account, "unconfirmedBalance": "777", "unconfirmedTxs": 1, "txs": confirmed}
        return found | ({"balance": str(self.chain.amounts.get(account, 0))} if confirmed else {})

    def _page(self, account: str, page: int) -> dict[str, Any]:
        """Transactions of an account, newest first, two at a time; before the first those of the mempool."""
        chain = self.chain
        heights = chain.changes(account)[::-1]
        mempool = {"txid": "cd" * 32, "vin": [], "vout": [], "blockHeight": -1, "confirmations": 0}
        told = [_told_by_blockbook(chain, account, height) for height in heights[2 * page - 2 : 2 * page]]
        return {
            "page": page,
            "totalPages": max(1, -(-len(heights) // 2)),
            "transactions": [mempool] * (page == 1) + told,
        }

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self.url


def _told_by_blockbook(chain: Chain, account: str, height: int) -> dict[str, Any]:
    """A transaction as Blockbook tells it."""
    spent, made = chain.outputs(account, height - 1), chain.outputs(account, height)

    def owned(held: dict[str, Any]) -> dict[str, Any]:
        return {"addresses": [account], "isAddress": True, "value": str(held["amount"].satoshi)}

    return {
        "txid": chain.transaction(account, height)[0],
        "vin": [owned(held) for held in spent] or [{"n": 0, "value": "0"}],
        "vout": [*map(owned, made), {"value": "5", "addresses": ["somebody else"]}, {"value": "0"}],
        "blockHeight": height,
        "confirmations": chain.height - height + 1,
    }


def _told(chain: Chain, account: str, height: int) -> dict[str, Any]:
    """A transaction as an explorer tells it."""

    def output(held: dict[str, Any]) -> dict[str, Any]:
        return {"scriptpubkey": held["script"], "value": held["amount"].satoshi}

    spent = [{"is_coinbase": False, "prevout": output(held)} for held in chain.outputs(account, height - 1)]
    return {
        "txid": chain.transaction(account, height)[0],
        "vin": spent or [{"is_coinbase": True, "prevout": None}],
        "vout": [*map(output, chain.outputs(account, height)), {"scriptpubkey": "6a", "value": 0}],
        "status": {"confirmed": True, "block_height": height, "block_hash": chain.hash_at(height)},
    }


class ElectrumStandIn:
    """An Electrum server. ``twist`` gets the request and the true line, and gives the bytes that are sent."""

    url: str

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.asked: list[Any] = []
        self.connections = 0
        self.twist: Callable[[Any, bytes], bytes | None] = lambda request, line: line
        """None cuts the connection."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while line := await reader.readline():
            request = json.loads(line)
            self.asked.append(request)
            calls = request if isinstance(request, list) else [request]
            answers = [{"jsonrpc": "2.0", "id": call["id"], **self._answer(**call)} for call in calls]
            said = self.twist(
                request, json.dumps(answers if isinstance(request, list) else answers[0]).encode() + b"\n"
            )
            if said is None:
                break
            writer.write(said)
        writer.close()

    def _answer(self, method: str, params: list[Any], **_: Any) -> dict[str, Any]:
        match method, params:
            case "server.version", [_, "1.4"]:
                return {"result": ["stand-in", "1.4"]}
            case "blockchain.headers.subscribe", []:
                return {"result": {"height": self.chain.height, "hex": self.chain.headers[-1].hex()}}
            case "blockchain.block.header", [height] if height <= self.chain.height:
                return {"result": self.chain.headers[height].hex()}
            case "blockchain.scripthash.get_balance", [scripthash]:
                account = self._account(scripthash)
                return {"result": {"confirmed": self.chain.amounts.get(account, 0), "unconfirmed": -5}}
            case "blockchain.scripthash.get_history", [scripthash]:
                account = self._account(scripthash)
                confirmed = [
                    {"height": height, "tx_hash": self.chain.transaction(account, height)[0]}
                    for height in self.chain.changes(account)
                ]
                return {"result": [*confirmed, {"height": -1, "tx_hash": "ab" * 32, "fee": 1}]}
            case "blockchain.transaction.get", [txid]:
                raws = dict(
                    self.chain.transaction(account, height)
                    for account in self.chain.accounts
                    for height in self.chain.changes(account)
                )
                return {"result": raws[txid].hex()}
            case _:
                return {"error": {"code": 1, "message": "height out of range"}}

    def _account(self, scripthash: str) -> str:
        names = {
            hashlib.sha256(script_of(each, self.chain.network)).digest()[::-1].hex(): each
            for each in self.chain.accounts
        }
        return names.get(scripthash, "")

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
        async with await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls) as server:
            self.url = f"{'ssl' if tls else 'tcp'}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self.url
