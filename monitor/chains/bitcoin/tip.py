"""What is common to the protocols that name blocks by the distance from their tip (explorers, Electrum)."""

from collections.abc import Mapping

from monitor.chains.block_choice import AtHeight, BlockChoice, Depth, Tag
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted
from monitor.model import Address, Block

TRIES = 4
"""Readings begun before the tip is called restless."""


def height_of(choice: BlockChoice, newest: int, link: Link) -> int:
    """Return the height that ``choice`` means where the ``newest`` block is known.

    Proof of work knows no finality: every tag means the newest block.
    """
    match choice:
        case Tag():
            return newest
        case Depth(confirmations):
            number = newest - confirmations
        case AtHeight(number):
            pass
    if not 0 <= number <= newest:
        raise link.fault(Reason.BEHIND, f"it has no block {number} yet; its tip is {newest}")
    return number


def held(wanted: Wanted, amounts: Mapping[Address, int], block: Block) -> Held:
    """Return ``amounts`` of the coin, sorted into the tokens of ``wanted``; these chains know no contracts."""
    balances = {
        token: {account: amounts[account] for account in accounts}
        for token, accounts in wanted.items()
        if token.contract is None
    }
    failed = {token: f"{token.network} has no contracts" for token in wanted if token.contract is not None}
    return Held(block, balances, failed)
