"""Blocks as an Electrum server tells them: by their headers, from which their hashes are worked out."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.errors import Reason
from monitor.chains.jsonrpc import Call, Reply, failure_of
from monitor.chains.link import Link
from monitor.formats.bitcoin import shown_hash
from monitor.model import Block, BlockHash, Height, Network

_LENGTH = 80
"""Of a header: version (4 bytes), the parent's hash (32), Merkle root (32), time (4), target (4), nonce (4)."""
_ENOUGH = 6
"""Headers whose answer has more than 1 KiB. ElectrumX holds back what has less, up to a second, so that nobody can tell
by its size what was asked for."""

Ask = Callable[[Sequence[Call]], Awaitable[list[Reply]]]


@dataclass(frozen=True, slots=True)
class Tip:
    """The newest header that a server has."""

    height: int
    header: bytes


class Headers:
    """The headers of one server, asked for by ``ask``."""

    def __init__(self, network: Network, link: Link, ask: Ask) -> None:
        self._link = link
        self._ask = ask
        self._ahead = int(parameters_of(network).block_hash is BlockHash.UNKNOWN)
        """How many more headers it takes to name a block. Where its hash is not worked out here, it is known from the
        header after it, so that the newest block that can be named is the one under the tip."""

    def newest(self, tip: Tip) -> int:
        """Return the height of the newest block that can be named."""
        return tip.height - self._ahead

    async def tip(self) -> Tip:
        """Ask for the tip, by one call."""
        (reply,) = await self._filled([_SUBSCRIBE])
        return self._tip(reply)

    async def after(self, tip: Tip) -> Tip:
        """Return the tip, which is ``tip`` as long as no block has come.

        ElectrumX tells of a block some seconds after its balances count it: so the header after ``tip`` is asked for.
        """
        replies = await self._filled([_SUBSCRIBE, *(_header_call(tip.height + step) for step in (0, 1))])
        told, (same, following) = self._tip(replies[0]), replies[1:]
        if not failure_of(same) and self._header(_result(same, self._link)) == tip.header:
            if not failure_of(following):
                return Tip(tip.height + 1, self._header(_result(following, self._link)))
            return tip if told.height <= tip.height else told
        return told

    async def hash_at(self, height: int) -> str | None:
        """Return the hash of the block of that height; None above the tip."""
        replies = await self._filled(self._calls(height))
        block = self._block(height, replies)
        return block.hash if block else None

    async def at(self, height: int) -> tuple[Tip, Block]:
        """Return the tip, and the block of that height at the same moment; ``behind`` where there is none yet."""
        first, *replies = await self._filled([_SUBSCRIBE, *self._calls(height)])
        tip = self._tip(first)
        block = self._block(height, replies)
        if block is None or height > self.newest(tip):
            raise self._link.fault(Reason.BEHIND, f"it has no block {height} yet; its tip is {tip.height}")
        if height < tip.height and self._header(_result(replies[0], self._link)) == tip.header:
            raise self._link.fault(Reason.MALFORMED, f"its header of block {height} is that of its tip, {tip.height}")
        return tip, block

    async def under(self, tip: Tip) -> tuple[Tip, Block]:
        """Return the newest block that ``tip`` names, after it; without another call, if that is the tip."""
        if not self._ahead:
            return tip, _named(tip.height, tip.header, shown_hash(tip.header))
        (reply,) = await self._filled([_header_call(self.newest(tip))])
        return tip, _named(self.newest(tip), self._header(_result(reply, self._link)), _parent(tip.header))

    async def _filled(self, calls: list[Call]) -> list[Reply]:
        """The replies to a few calls, which are made as many as an answer needs that is sent at once."""
        more = max(0, min(_ENOUGH, self._link.settings.batch) - len(calls))
        return (await self._ask([*calls, *[_SUBSCRIBE] * more]))[: len(calls)]

    def _calls(self, height: int) -> list[Call]:
        return [_header_call(height + step) for step in range(1 + self._ahead)]

    def _block(self, height: int, replies: Sequence[Reply]) -> Block | None:
        """The block whose header, and the one after it if that is needed, is in ``replies``; None above the tip."""
        if height > 0 and any(map(failure_of, replies)):  # an error without a code of its own
            return None
        headers = [self._header(_result(reply, self._link)) for reply in replies]
        return _named(height, headers[0], _parent(headers[1]) if self._ahead else shown_hash(headers[0]))

    def _tip(self, reply: Reply) -> Tip:
        result = _result(reply, self._link)
        try:
            return Tip(count(result["height"]), self._header(result["hex"]))  # type: ignore[index]
        except (KeyError, TypeError, ValueError) as error:
            raise self._link.fault(Reason.MALFORMED, f"{_SUBSCRIBE[0]}: {error!r}") from None

    def _header(self, value: object) -> bytes:
        """A header. Longer ones (merged mining) begin with the 80 bytes that are hashed."""
        try:
            header = bytes.fromhex(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            header = b""
        if len(header) < _LENGTH:
            raise self._link.fault(Reason.MALFORMED, f"{value!r:.60} is not a block header")
        return header[:_LENGTH]


_SUBSCRIBE: Call = ("blockchain.headers.subscribe", [])


def _header_call(height: int) -> Call:
    return ("blockchain.block.header", [height])


def _result(reply: Reply, link: Link) -> object:
    if failure := failure_of(reply):
        raise link.fault(Reason.RPC_ERROR, str(failure))
    return reply["result"]


def _named(height: int, header: bytes, block_hash: str) -> Block:
    return Block(Height(height), block_hash, datetime.fromtimestamp(int.from_bytes(header[68:72], "little"), UTC))


def _parent(header: bytes) -> str:
    return header[4:36][::-1].hex()
