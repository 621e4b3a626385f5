"""The beacon chain and its slots.

A block is a slot here: its number, the root of the block in it, and the moment at which it began. A slot may be empty.
Each block carries one of the execution layer, whose blocks are numbered without gaps. Lists state the numbers of those
for staked coins too, so a height is one of them, and the slot is found that carries it: the balances of validators
and the accounts that they are paid out to are then those of one moment.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor.chains.block_choice import AtHeight, AtSlot, BlockChoice, Depth, Tag
from monitor.chains.errors import Reason
from monitor.chains.evm.values import block_hash
from monitor.chains.link import Link
from monitor.chains.rest_api import Rest, decimal, member, strictly
from monitor.model import Block, Height, Slot

_GENESIS_DIGITS = 32
_MISSING = frozenset({404})
_MOST_EMPTY = 128
"""Slots in a row without a block, after which it is the node that lacks the blocks."""


class Carried(NamedTuple):
    """A slot, and the number of the execution layer's block in it."""

    slot: Slot
    number: Height


class Header(NamedTuple):
    """A block as its header tells it, and the root of the state after it (not the block's own root)."""

    block: Block
    root: str

    @property
    def slot(self) -> Slot:
        """The slot that the block is in."""
        return Slot(self.block.number)


class Slots:
    """The chain as one node tells it."""

    def __init__(self, link: Link, rest: Rest) -> None:
        self._link = link
        self._rest = rest
        self._genesis = datetime.fromtimestamp(0, UTC)
        self._slot: timedelta | None = None

    async def identify(self) -> str:
        """Return the first half of the genesis validators' root.

        A chain's clock, which that fixes, is learnt on the way.
        """
        reply = await self._rest.get("/eth/v1/beacon/genesis")
        with strictly(self._link, "genesis"):
            root = block_hash(member(reply.document, "data", "genesis_validators_root"))
            self._genesis = datetime.fromtimestamp(decimal(member(reply.document, "data", "genesis_time")), UTC)
        return f"beacon:{root[2 : 2 + _GENESIS_DIGITS]}"

    async def resolve(self, choice: BlockChoice) -> Block:
        """Beacon nodes name no justified block, so ``safe`` is ``finalized`` too; a height is the execution layer's."""
        match choice:
            case Tag("latest") | Depth(0):
                found = await self.header("head")
            case Tag():
                found = await self.header("finalized")
            case AtSlot(number):
                found = await self.header(str(number))
            case AtHeight(number):
                found = await self._carrying(number)
            case Depth(confirmations):
                tip = await self.header("head")
                found = tip and await self.header(str(max(0, tip.block.number - confirmations)))
        if found is None:
            raise self._link.fault(Reason.BEHIND, f"it knows no block for {choice}; a slot can also be empty")
        return found.block

    async def header(self, name: str) -> Header | None:
        """Return the header that the API calls ``name``: a slot, ``head`` or ``finalized``."""
        path = f"/eth/v1/beacon/headers/{name}"
        reply = await self._rest.get(path, told=_MISSING)
        if reply.status != 200:
            return None
        with strictly(self._link, path):
            refuse_optimistic(self._link, reply.document)
            message = member(reply.document, "data", "header", "message")
            slot, state = _asked_for(name, member(message, "slot")), block_hash(member(message, "state_root"))
            root = block_hash(member(reply.document, "data", "root"))
            return Header(Block(Height(slot), root, self._genesis + slot * await self._slot_length()), state)

    async def canonical(self, block: Block) -> Header:
        """Return ``block`` as this node tells it, if its slot has that block (still)."""
        found = await self.header(str(block.number))
        if found is None or found.block.hash != block.hash:
            raise self._link.fault(Reason.TIP_MOVED, f"slot {block.number} has another block than {block.hash} now")
        return found

    async def _slot_length(self) -> timedelta:
        """How long a slot takes. Clients are replacing the one constant by the other."""
        if self._slot is None:
            reply = await self._rest.get("/eth/v1/config/spec")
            with strictly(self._link, "spec"):
                spec = member(reply.document, "data")
                if isinstance(spec, dict) and "SLOT_DURATION_MS" in spec:
                    self._slot = timedelta(milliseconds=decimal(spec["SLOT_DURATION_MS"]))
                else:
                    self._slot = timedelta(seconds=decimal(member(spec, "SECONDS_PER_SLOT")))
        return self._slot

    # --- the execution layer's blocks ---

    async def _carrying(self, number: Height) -> Header | None:
        """The block that carries the execution layer's block ``number``; None where that is not reached yet.

        Between two blocks lie at least as many slots as numbers, so going back as many slots as numbers are missing
        never goes too far. What is left are the slots that were empty, and after a few steps none.
        """
        found = await self._carried("head")
        if found is None or found.number < number:
            return None
        while found.number > number:
            earlier = await self._at_or_before(Slot(found.slot - (found.number - number)))
            if earlier.number >= found.number:
                raise self._link.fault(Reason.MALFORMED, f"slot {earlier.slot} carries block {earlier.number} again")
            found = earlier
        if found.number < number:
            raise self._link.fault(Reason.MALFORMED, f"no slot carries block {number}: {found.slot} is past it")
        return await self.header(str(found.slot))

    async def _at_or_before(self, slot: Slot) -> Carried:
        for candidate in range(slot, max(slot - _MOST_EMPTY, -1), -1):
            found = await self._carried(str(candidate))
            if found:
                return found
        raise self._link.fault(Reason.PRUNED, f"it has no block in the {_MOST_EMPTY} slots up to {slot}")

    async def _carried(self, name: str) -> Carried | None:
        path = f"/eth/v1/beacon/blinded_blocks/{name}"
        reply = await self._rest.get(path, told=_MISSING)
        if reply.status != 200:
            return None
        with strictly(self._link, path):
            refuse_optimistic(self._link, reply.document)
            message = member(reply.document, "data", "message")
            number = Height(decimal(member(message, "body", "execution_payload_header", "block_number")))
            return Carried(_asked_for(name, member(message, "slot")), number)


def _asked_for(name: str, slot: object) -> Slot:
    """``slot`` of an answer to ``name``, which must be that where it was asked for by number."""
    found = Slot(decimal(slot))
    if name.isdecimal() and found != int(name):
        raise ValueError(f"it is about slot {found}")
    return found


def refuse_optimistic(link: Link, document: object) -> None:
    """Refuse a node that has not executed a block's payload (yet): its chain may be one that no one else accepts."""
    if member(document, "execution_optimistic") is not False:
        raise link.fault(Reason.BEHIND, "its execution client has not checked the block yet (optimistic)")
