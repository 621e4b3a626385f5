"""Electrum servers (protocol 1.4): JSON-RPC in lines over TCP or TLS, many accounts in a batch, batches pipelined.

Sent one after another, calls are slow on purpose (servers pad and delay); sent together they are fast.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice

import stamina

from monitor.chains.amounts import count
from monitor.chains.bitcoin.electrum_wire import Wire
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.tip import held, scripts_of, tip_for
from monitor.chains.choice import BlockChoice
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call, failure_of
from monitor.chains.line import Line
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.together import together
from monitor.model import Address, Block, Network

_HEADER = 80
_TRIES = 4
"""Readings begun before the tip is called restless."""


class ElectrumNode(Node):
    """One Electrum server. Only confirmed amounts count."""

    def __init__(self, network: Network, line: Line) -> None:
        super().__init__(network, line)
        self._wire = Wire(line)
        self._identity = ""
        self._identified = 0

    async def identify(self) -> str:
        """The chain, asked once on each connection: it cannot change behind one, and each call may cost a second."""
        if not self._wire.connected or self._identified != self._wire.connections:
            self._identity = await caip2_of(self._hash_at)
            self._identified = self._wire.connections
        return self._identity

    async def _hash_at(self, height: int) -> str | None:
        (reply,) = await self._wire.batch([("blockchain.block.header", [height])])
        if failure := failure_of(reply):
            if height > 0:  # above the tip: an error without a code of its own
                return None
            raise self.line.fault(Reason.RPC_ERROR, str(failure))
        return _hash(self._header(reply["result"]))

    async def resolve(self, choice: BlockChoice) -> Block:
        return tip_for(choice, await self._tip(), self.line)

    async def _tip(self) -> Block:
        (tip,) = await self._results([("blockchain.headers.subscribe", [])])
        try:
            header = self._header(tip["hex"]) if isinstance(tip, dict) else b""
            moment = int.from_bytes(header[68:72], "little")  # Bitcoin's block header: bytes 68 to 71 are its time
            return Block(count(tip["height"]), _hash(header), datetime.fromtimestamp(moment, UTC))  # type: ignore[index]
        except (KeyError, TypeError, ValueError) as error:
            raise self.line.fault(Reason.MALFORMED, f"blockchain.headers.subscribe: {error!r}") from None

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """All accounts between two looks at the tip; again, from the new tip, when it moved."""
        hashes = {scripthash(script): account for script, account in scripts_of(self.network, wanted).items()}
        async for attempt in stamina.retry_context(
            on=_tip_moved, attempts=_TRIES, timeout=None, wait_initial=0, wait_jitter=0
        ):
            with attempt:
                before = await self._tip() if attempt.num > 1 else block
                amounts: dict[Address, int] = {}
                remaining = iter(hashes.items())
                await together(self._work(remaining, amounts) for _ in range(self.line.settings.concurrency))
                if (await self._tip()).hash != before.hash:
                    raise self.line.fault(Reason.TIP_MOVED, f"a block came after {before.number} while it was read")
        return held(wanted, amounts, before)

    async def _work(self, remaining: Iterator[tuple[str, Address]], amounts: dict[Address, int]) -> None:
        while part := list(islice(remaining, self.line.settings.batch)):
            calls: list[Call] = [("blockchain.scripthash.get_balance", [scripthash]) for scripthash, _ in part]
            for (_, account), balance in zip(part, await self._results(calls), strict=True):
                amounts[account] = self._confirmed(balance)

    def _confirmed(self, balance: object) -> int:
        try:
            return count(balance["confirmed"])  # type: ignore[index]
        except (KeyError, TypeError, ValueError) as error:
            raise self.line.fault(Reason.MALFORMED, f"blockchain.scripthash.get_balance: {error!r}") from None

    def _header(self, value: object) -> bytes:
        """A block header. Longer ones (merged mining) begin with the 80 bytes that are hashed."""
        try:
            header = bytes.fromhex(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            header = b""
        if len(header) < _HEADER:
            raise self.line.fault(Reason.MALFORMED, f"{value!r:.60} is not a block header")
        return header[:_HEADER]

    async def _results(self, calls: Sequence[Call]) -> list[object]:
        replies = await self._wire.batch(calls)
        for reply in replies:
            if failure := failure_of(reply):
                raise self.line.fault(Reason.RPC_ERROR, str(failure))
        return [reply["result"] for reply in replies]

    async def close(self) -> None:
        await self._wire.close()


def scripthash(script: bytes) -> str:
    """An account's name on the Electrum protocol: SHA-256 of its output script, bytes reversed, in hex."""
    return hashlib.sha256(script).digest()[::-1].hex()


def _hash(header: bytes) -> str:
    return hashlib.sha256(hashlib.sha256(header).digest()).digest()[::-1].hex()


def _tip_moved(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.reason is Reason.TIP_MOVED
