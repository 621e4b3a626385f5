"""bitcoind (Bitcoin Core, Knots and other kin): one scan of the unspent outputs for all accounts."""

import asyncio
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

import stamina

from monitor.chains.amounts import units
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.tip import held, scripts_of, tip_for
from monitor.chains.choice import BlockChoice
from monitor.chains.errors import ChainError, Reason
from monitor.chains.http import Http
from monitor.chains.jsonrpc import JsonRpc, RpcFailure, failure_of
from monitor.chains.line import Line
from monitor.chains.node import Held, Node, Wanted
from monitor.model import Address, Block, Network

_SCRIPTS_PER_SCAN = 300_000
"""A request must stay under 32 MiB (``MAX_SIZE`` of its HTTP server); a script takes up to 80 bytes of it."""
_PATIENCE = 180.0
"""Seconds to wait for someone else's scan, of which a node runs one at a time; one of mainnet takes a minute or two."""

_FAREWELL = 3.0
"""Seconds that stopping may be held up to abort a scan."""

# src/rpc/protocol.h
_INVALID_PARAMETER = -8
_IN_WARMUP = -28

_loads = partial(json.loads, parse_float=Decimal)


class BitcoindNode(Node):
    """One bitcoind. It reads its tip only, pruned or not; wallets and indexes are not needed."""

    def __init__(self, network: Network, line: Line) -> None:
        super().__init__(network, line)
        self._http = Http(line)
        self._rpc = JsonRpc(line, self._http, _loads)
        self._scanning = asyncio.Lock()

    async def identify(self) -> str:
        return await caip2_of(self._hash_at)

    async def _hash_at(self, height: int) -> str | None:
        try:
            return self._text(await self._call("getblockhash", [height]))
        except _RpcError as error:
            if error.failure.code == _INVALID_PARAMETER:  # "Block height out of range"
                return None
            raise self._fault(error.failure) from None

    async def resolve(self, choice: BlockChoice) -> Block:
        info = await self._object("getblockchaininfo", [])
        # regtest calls itself so whenever its newest block is a day old
        if info.get("initialblockdownload") and info.get("chain") != "regtest":
            raise self.line.fault(Reason.BEHIND, f"still syncing: block {info.get('blocks')} of {info.get('headers')}")
        return tip_for(choice, await self._block(self._text(info.get("bestblockhash"))), self.line)

    async def _block(self, block_hash: str) -> Block:
        header = await self._object("getblockheader", [block_hash])
        try:
            return Block(int(header["height"]), block_hash, datetime.fromtimestamp(int(header["time"]), UTC))
        except (KeyError, TypeError, ValueError, OverflowError, OSError):
            raise self.line.fault(Reason.MALFORMED, "getblockheader gave no header") from None

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """One scan for all accounts; the block is the one that the scan itself names."""
        scripts = scripts_of(self.network, wanted)
        amounts = dict.fromkeys(scripts.values(), 0)
        remaining = iter(scripts)
        decimals = next((token.decimals for token in wanted if token.contract is None), 0)
        at: str | None = None
        async with self._scanning:
            while part := list(islice(remaining, _SCRIPTS_PER_SCAN)):
                scan = await self._scan(part)
                best = self._text(scan.get("bestblock"))
                if at not in (None, best):
                    raise self.line.fault(Reason.TIP_MOVED, "a block came between two scans")
                at = best
                self._add(scan, scripts, amounts, decimals)
        return held(wanted, amounts, block if at in (None, block.hash) else await self._block(at))

    async def probe(self, sample: Wanted, block: Block) -> None:
        """A scan takes minutes even for a single account: whether the node knows the method must do."""
        await self._object_or_nothing("scantxoutset", ["status"])

    # --- the scan ---

    async def _scan(self, scripts: Sequence[bytes]) -> dict[str, Any]:
        """Scan, after waiting for a scan of someone else to end; one that we give up is aborted."""
        parameters = ["start", [f"raw({script.hex()})" for script in scripts]]
        async for attempt in stamina.retry_context(
            on=_other_scan, attempts=None, timeout=_PATIENCE, wait_initial=0.5, wait_max=5, wait_jitter=0.5
        ):
            with attempt:
                try:
                    scan = await self._object("scantxoutset", parameters, patience=math.inf)
                except asyncio.CancelledError:
                    await asyncio.shield(self._abort())
                    raise
        if scan.get("success") is not True:
            raise self.line.fault(Reason.BUSY, "the scan was aborted by someone else")
        return scan

    async def _abort(self) -> None:
        with suppress(ChainError, _RpcError, TimeoutError):  # then the node is gone, and its scan with it
            async with asyncio.timeout(_FAREWELL):
                await self._call("scantxoutset", ["abort"])

    def _add(
        self, scan: dict[str, Any], scripts: dict[bytes, Address], amounts: dict[Address, int], decimals: int
    ) -> None:
        """Add the outputs that a scan found to ``amounts``; their sum must be the total that the node states."""
        try:
            total = 0
            for output in scan["unspents"]:
                amount = units(output["amount"], decimals)
                amounts[scripts[bytes.fromhex(output["scriptPubKey"])]] += amount
                total += amount
            stated = units(scan["total_amount"], decimals)
        except (KeyError, TypeError, ValueError) as error:
            raise self.line.fault(Reason.MALFORMED, f"scantxoutset: {error!r}") from None
        if total != stated:
            raise self.line.fault(Reason.MALFORMED, f"scantxoutset: the outputs sum to {total}, but it states {stated}")

    # --- the wire ---

    async def _object(self, method: str, params: list[Any], *, patience: float | None = None) -> dict[str, Any]:
        result = await self._object_or_nothing(method, params, patience=patience)
        if result is None:
            raise self.line.fault(Reason.MALFORMED, f"{method} gave nothing")
        return result

    async def _object_or_nothing(
        self, method: str, params: list[Any], *, patience: float | None = None
    ) -> dict[str, Any] | None:
        try:
            result = await self._call(method, params, patience=patience)
        except _RpcError as error:
            raise self._fault(error.failure) from None
        if result is not None and not isinstance(result, dict):
            raise self.line.fault(Reason.MALFORMED, f"{method} gave no object")
        return result

    async def _call(self, method: str, params: list[Any], *, patience: float | None = None) -> object:
        reply = await self._rpc.call(method, params, patience=patience)
        if failure := failure_of(reply):
            raise _RpcError(failure)
        return reply["result"]

    def _text(self, value: object) -> str:
        if not isinstance(value, str) or len(value) != 64:
            raise self.line.fault(Reason.MALFORMED, f"{value!r:.60} is not a block hash")
        return value

    def _fault(self, failure: RpcFailure) -> ChainError:
        if failure.code == _IN_WARMUP:
            return self.line.fault(Reason.WARMING_UP, failure.message)
        if failure.code == _INVALID_PARAMETER and "in progress" in failure.message:
            return self.line.fault(Reason.BUSY, "it scans for someone else")
        return self.line.fault(Reason.RPC_ERROR, str(failure))

    async def close(self) -> None:
        await self._http.close()


class _RpcError(Exception):
    def __init__(self, failure: RpcFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def _other_scan(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.reason is Reason.BUSY
