"""How a node is held to the state of one block: by the state's root, or by its slot where it finds none by root.

An answer about validators does not say which state it is of, and some gateways tell the head's whatever was asked for.
So at each reading a node is asked for a state that nobody has: one that answers does not look at what it was asked for.
Some know only few states by their roots (Nimbus the head's, Prysm those of 8 192 slots before the head), others heed
slots alone: these are asked for the slot, whose block is looked at before and after.
"""

import secrets

from monitor.chains.beacon.slots import Header
from monitor.chains.beacon.validators import State, Validators
from monitor.chains.errors import Reason
from monitor.chains.link import Link

_FAR = 1 << 30
"""Slots above any that a chain reaches."""


async def state_of(header: Header, validators: Validators, link: Link) -> State:
    """Name the state after the block of ``header`` such that the node heeds it; ``unpinned`` where it heeds none."""
    slot = header.slot
    nowhere = State("0x" + secrets.token_hex(32), slot)
    by_root = State(header.root, slot)
    if not await validators.answers(nowhere) and await validators.answers(by_root):
        return by_root
    if await validators.answers(State(str(slot + _FAR), slot)):
        raise link.fault(
            Reason.UNPINNED,
            "it tells validators of a state that does not exist, by root and by slot: nothing that it tells can be "
            f"said of slot {slot}; ask the node behind this gateway, or another one",
        )
    return State(str(slot), slot)
