"""The devnet's chains as its exchange uses them: accounts are funded, balances asked for, coins moved, all exactly.

Nothing that moves costs a fee: what leaves one account arrives in the other, to the base unit.
"""

from collections.abc import Sequence
from typing import Protocol

from monitor.devnet.holdings import Holding
from monitor.devnet.keys import Key
from monitor.devnet.ledgers.bitcoin import BitcoinLedger
from monitor.devnet.ledgers.evm import EvmLedger
from monitor.model import Token

__all__ = ["BitcoinLedger", "EvmLedger", "Ledger"]


class Ledger(Protocol):
    """One network."""

    def fund(self, holdings: Sequence[Holding]) -> int:
        """Give every account of a fresh chain its amount; the height at which all of them have it."""

    def balance(self, token: Token, address: str) -> int:
        """Base units at the newest block."""

    def address(self, key: Key) -> str:
        """The account of ``key``."""

    def move(self, token: Token, units: int, sender: Key, recipient: Key) -> str:
        """Transfer base units, which the sender must have, in a block of their own; the transaction's id."""
