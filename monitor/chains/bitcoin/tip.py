"""What is common to the protocols that read only their tip (bitcoind, Esplora, Electrum)."""

from collections.abc import Mapping

from monitor.chains.choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import Reason
from monitor.chains.line import Line
from monitor.chains.node import Held, Wanted
from monitor.model import Address, Block, Network
from monitor.registry.addresses import bitcoin, decode


def tip_for(choice: BlockChoice, tip: Block, line: Line) -> Block:
    """``tip``, if it is what ``choice`` means.

    Proof of work knows no finality: every tag means the tip. A block under it cannot be read, because an output that
    was spent since is in no index; so confirmations and past heights are refused rather than approximated.
    """
    match choice:
        case Tag() | Depth(0):
            return tip
        case Height(number) if number == tip.number:
            return tip
        case Height(number) if number > tip.number:
            raise line.fault(Reason.BEHIND, f"it has no block {number} yet; its tip is {tip.number}")
        case Height() | Depth():
            raise line.fault(Reason.PAST_BLOCK, f"it reads only its tip, {tip.number}; set `block: latest`")


def scripts_of(network: Network, wanted: Wanted) -> dict[bytes, Address]:
    """The output script of every wanted account, with the account that it belongs to."""
    accounts = {account for token, accounts in wanted.items() if token.contract is None for account in accounts}
    return {bitcoin.script_pubkey(decode(network, account)): account for account in accounts}


def held(wanted: Wanted, amounts: Mapping[Address, int], block: Block) -> Held:
    """``amounts`` of the coin, sorted into the tokens of ``wanted``; these chains know no contracts."""
    balances = {
        token: {account: amounts[account] for account in accounts}
        for token, accounts in wanted.items()
        if token.contract is None
    }
    failed = {token: f"{token.network} has no contracts" for token in wanted if token.contract is not None}
    return Held(block, balances, failed)
