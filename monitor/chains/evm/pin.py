"""How an endpoint lets itself be held to one block: by hash, by number where it ignores hashes, or not at all.

Some nodes and gateways take a block hash, or even a number, and answer of their newest state without a word. What they
say would stand under the name of a block that it is not of. So each is asked for the state of a block that nobody has:
who answers may not have looked at what it was asked for. Some that heed numbers take those above the head for the head;
these must tell another balance of the past than of now.
"""

import secrets
from enum import Enum, auto

import structlog

from monitor.chains.concurrency import now
from monitor.chains.errors import Reason
from monitor.chains.evm import values
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.evm.rpc import EvmRpc, Position
from monitor.chains.jsonrpc import failure_of
from monitor.model import Block

_AGAIN_AFTER = 3600.0
"""Seconds after which it is found out anew: it may be another node behind the same URL."""
_FAR = 1 << 30
"""Blocks above any that a chain reaches; still a number of 32 bits, as some nodes read them."""
_NOBODY = "0x" + "00" * 19 + "01"

_log = structlog.get_logger()


class Pin(Enum):
    """What an endpoint is held to a block by."""

    HASH = auto()
    NUMBER = auto()
    NOTHING = auto()


class Pins:
    """The pin of one endpoint."""

    def __init__(self, rpc: EvmRpc) -> None:
        self._rpc = rpc
        self._pin: Pin | None = None
        self._again_at = 0.0

    async def of(self, block: Block) -> Pin:
        """Return what holds the endpoint to ``block``; ``unpinned`` where nothing does."""
        if self._pin is None or now() >= self._again_at:
            self._pin, self._again_at = await self._found_out(block), now() + _AGAIN_AFTER
            if self._pin is not Pin.HASH:
                _log.warning("block hashes do not hold", endpoint=self._rpc.link.name, held_by=self._pin.name.lower())
        if self._pin is Pin.NOTHING:
            raise self._rpc.link.fault(
                Reason.UNPINNED,
                "it answers of its newest state whatever block is asked for, by hash (EIP-1898) or by number: nothing "
                f"that it tells can be said of block {block.number}; ask the node behind this gateway, or another one",
            )
        return self._pin

    def refused_hash(self) -> None:
        """Note that a hash was refused after all: numbers are left."""
        self._pin = Pin.NUMBER

    def forget(self) -> None:
        """Find out anew before the next reading."""
        self._pin = None

    async def _found_out(self, block: Block) -> Pin:
        if not await self._answering(nowhere(Pin.HASH, block)):
            return Pin.HASH
        answering = await self._answering(nowhere(Pin.NUMBER, block))
        heeded = not answering or ("eth_getBalance" in answering and await self._tells_the_past(block))
        return Pin.NUMBER if heeded else Pin.NOTHING

    async def _tells_the_past(self, block: Block) -> bool:
        """Whether who made the newest block, and was paid for it, had another balance before, by the node's own word.

        The newest balance is looked at before and after, so that it is not merely one that changed in between.
        """
        header = await self._rpc.result("eth_getBlockByNumber", ["latest", False])
        try:
            newest, maker = values.block(header).number, header["miner"]  # type: ignore[index]
        except (ValueError, KeyError):
            return False
        looks = ("latest", hex(max(0, min(block.number, newest - 1))), "latest")
        before, then, after = [await self._rpc.result("eth_getBalance", [maker, each]) for each in looks]
        return before == after != then

    async def _answering(self, at: Position) -> set[str]:
        """Which of the methods that readings consist of say anything of a block that does not exist.

        (Or refuse such a parameter as such, be the block what it may. ``null`` says nothing.)
        """
        asked: dict[str, object] = {
            "eth_getBalance": _NOBODY,
            "eth_call": {"to": _NOBODY, "data": "0x"},
            "eth_getCode": _NOBODY,
        }
        answering = set()
        for method, what in asked.items():
            (reply,) = await self._rpc.ask([(method, [what, at])])
            failure = failure_of(reply)
            refused = failure and isinstance(at, dict) and meaning(failure) is Meaning.HASH_REFUSED
            if refused or (failure is None and reply["result"] is not None):
                answering.add(method)
        return answering


def position(pin: Pin, block: Block) -> Position:
    """Return ``block`` as an endpoint that is held by ``pin`` wants it addressed."""
    return {"blockHash": block.hash} if pin is Pin.HASH else hex(block.number)


def nowhere(pin: Pin, block: Block) -> Position:
    """Return a block that nobody has, addressed like ``block``."""
    return {"blockHash": "0x" + secrets.token_hex(32)} if pin is Pin.HASH else hex(block.number + _FAR)
