"""Scans that a node does for us: one at a time, watched, waited for, and aborted when nobody wants them any more."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from itertools import count as counting

import msgspec
import stamina
import structlog

from monitor.chains.amounts import count, units
from monitor.chains.bitcoin.coins import Coin, Coins, Effect, Outpoint, outpoint_of
from monitor.chains.bitcoin.core_rpc import CoreRpc, IndexField, RpcError
from monitor.chains.bitcoin.own_scans import OwnScans
from monitor.chains.errors import ChainError, Reason
from monitor.model import Work

MOST_SCRIPTS = 300_000
"""In one scan. A request must stay under 32 MiB (``MAX_SIZE`` of bitcoind's HTTP server); each takes up to 80 bytes."""

_PATIENCE = 180.0
"""Seconds to wait for someone else's scan, of which a node runs one at a time; one of mainnet takes a minute or two."""
_LOOK = 1.0
"""Seconds from one look at a scan's progress to the next."""
_TELL = 10
"""Every so many looks the log is told."""

_log = structlog.get_logger()


class _Found(msgspec.Struct, gc=False):
    """An unspent output in ``scantxoutset``'s answer."""

    txid: str
    vout: IndexField
    amount: Decimal
    height: int
    script: str = msgspec.field(name="scriptPubKey")


class _OutputsAnswer(msgspec.Struct):
    success: bool
    best: str = msgspec.field(name="bestblock", default="")
    unspents: list[msgspec.Raw] = msgspec.field(default_factory=list)
    total: Decimal = msgspec.field(name="total_amount", default=Decimal("NaN"))


class _BlocksAnswer(msgspec.Struct):
    completed: bool
    lowest: int = msgspec.field(name="from_height")
    highest: int = msgspec.field(name="to_height")
    blocks: list[str] = msgspec.field(name="relevant_blocks")


class Scanner:
    """The scans of one node. ``work`` shows the one that runs."""

    def __init__(self, rpc: CoreRpc, ours: OwnScans, network: str, decimals: int) -> None:
        self.work: Work | None = None
        self._rpc = rpc
        self._ours = ours
        self._network = network
        self._decimals = decimals
        self._turns = {"scantxoutset": asyncio.Lock(), "scanblocks": asyncio.Lock()}

    async def outputs(self, scripts: Sequence[bytes]) -> tuple[str, Coins]:
        """Scan for the unspent outputs of ``scripts`` (:data:`MOST_SCRIPTS` at most); after the hash of their block."""
        result = await self._run("scantxoutset", [_descriptors(scripts)], "scanning the unspent outputs")
        answer = await self._rpc.read_aside(_OutputsAnswer, result, "scantxoutset")
        if not answer.success:
            raise self._aborted()
        try:
            coins = await asyncio.to_thread(self._coins, answer, scripts)
        except (LookupError, ValueError, OverflowError) as error:
            raise self._rpc.link.fault(Reason.MALFORMED, f"scantxoutset: {error!s:.150}") from None
        return self._rpc.block_hash(answer.best), coins

    async def blocks(self, scripts: Sequence[bytes], lowest: int, highest: int) -> list[str] | None:
        """Return hashes of the blocks from ``lowest`` to ``highest`` that may have to do with ``scripts``.

        None where the node has no index of block filters (BIP 158), or one that is not up to ``highest``: then
        ``scanblocks`` would leave blocks out without a word.
        """
        if not await self._indexed(highest):
            return None
        found: dict[str, None] = {}
        for start in range(0, len(scripts), MOST_SCRIPTS):
            part = scripts[start : start + MOST_SCRIPTS]
            parameters = [_descriptors(part), lowest, highest]
            result = await self._run("scanblocks", parameters, f"scanning the filters of blocks {lowest} to {highest}")
            answer = await self._rpc.read_aside(_BlocksAnswer, result, "scanblocks")
            if not answer.completed:
                raise self._aborted()
            if (answer.lowest, answer.highest) != (lowest, highest):
                raise self._rpc.link.fault(Reason.MALFORMED, f"scanblocks: it read {answer.lowest} to {answer.highest}")
            found |= dict.fromkeys(map(self._rpc.block_hash, answer.blocks))
        return list(found)

    async def _indexed(self, height: int) -> bool:
        """Whether the block of that height has its filter; the index is built in the order of the chain."""
        try:
            await self._rpc.call("getblockfilter", [await self._rpc.hash_at(height), "basic"])
        except RpcError:
            return False
        return True

    def _coins(self, answer: _OutputsAnswer, scripts: Sequence[bytes]) -> Coins:
        """The outputs of a scan, which must sum up to the total that the node states.

        They are read one by one, so that the event loop has its turn between them.
        """
        coins = Coins(scripts)
        found: dict[Outpoint, Coin] = {}
        read = msgspec.json.Decoder(_Found)
        for raw in answer.unspents:
            output = read.decode(raw)
            owner = coins.owners[bytes.fromhex(output.script)]
            coin = Coin(owner, units(output.amount, self._decimals), count(output.height))
            found[outpoint_of(output.txid, output.vout)] = coin
        coins.apply(Effect(found, {}))
        total, stated = sum(coin.amount for coin in found.values()), units(answer.total, self._decimals)
        if total != stated or len(found) < len(answer.unspents):
            raise ValueError(f"the outputs sum to {total}, but it states {stated}, or one came twice")
        return coins

    def _aborted(self) -> ChainError:
        return self._rpc.link.fault(Reason.BUSY, "the scan was aborted by someone else")

    # --- one scan ---

    async def _run(self, method: str, parameters: Sequence[object], what: str) -> msgspec.Raw:
        """Scan, after waiting for a scan of someone else to end; one that is given up is aborted."""
        async for attempt in stamina.retry_context(
            on=_other_scan, attempts=None, timeout=_PATIENCE, wait_initial=0.5, wait_max=5, wait_jitter=0.5
        ):
            with attempt:
                async with self._turns[method], self._watched(method, what):
                    await self._ours.begins(method)
                    try:
                        result = await self._rpc.call(method, ["start", *parameters], patience=math.inf)
                    except RpcError as error:
                        await self._ours.ended(method)
                        raise self._rpc.fault(error.failure) from None
                    except asyncio.CancelledError:
                        await asyncio.shield(self._ours.give_up(method))
                        raise
                    await self._ours.ended(method)
                    return result
        raise AssertionError("a retry context ends with a result or an exception")

    @asynccontextmanager
    async def _watched(self, method: str, what: str) -> AsyncIterator[None]:
        watching = asyncio.create_task(self._watch(method, what))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self.work = None

    async def _watch(self, method: str, what: str) -> None:
        """Show how far the scan is, now and then in the log."""
        for look in counting():
            await asyncio.sleep(_LOOK)
            with suppress(ChainError, RpcError):  # the scan itself will tell what is wrong
                match msgspec.json.decode(await self._rpc.call(method, ["status"])):
                    case {"progress": int() | float() as percent}:
                        self.work = Work(what, percent / 100)
                        if look % _TELL == 0:
                            _log.info(what, network=self._network, endpoint=self._rpc.link.name, percent=percent)


def _descriptors(scripts: Sequence[bytes]) -> list[str]:
    """Output descriptors (BIP 380, 385); ``raw`` knows no network."""
    return [f"raw({script.hex()})" for script in scripts]


def _other_scan(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.reason is Reason.BUSY
