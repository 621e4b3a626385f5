"""Tron's accounts as its virtual machine knows them: an EVM account's 20 bytes, which people see in base58 behind 0x41.

The machine is the EVM but for a few instructions, so what reads many balances there reads them here as well, once the
accounts are written its way.
"""

import re
from collections.abc import Iterable

from msgspec import structs

from monitor.chains.node import Held, Wanted
from monitor.model import Address, Network, Token
from monitor.registry.addresses import AddressError, decode, tron

_HEX = re.compile(r"0x([0-9a-f]{40})(?![0-9a-f])")


def to_hex(network: Network, account: Address) -> Address:
    """Return ``T…`` as ``0x`` and 40 digits; AddressError for what is no account of Tron's."""
    return "0x" + decode(network, account).payload.hex()


def from_hex(account: Address) -> Address:
    """Return ``0x`` and 40 digits as ``T…``."""
    return tron.encode(bytes.fromhex(account[2:]))


class Translated:
    """What is wanted of Tron, in the words of the EVM, and back.

    Tokens without a contract of Tron's (TRC-10 assets have numbers) are not among the ``wanted`` ones: they fail.
    """

    def __init__(self, network: Network, wanted: Wanted) -> None:
        self.wanted: dict[Token, list[Address]] = {}
        self._accounts: dict[Address, Address] = {}
        self._tokens: dict[Token, Token] = {}
        self._failed: dict[Token, str] = {}
        self.freezes = {to_hex(network, contract): function for contract, function in network.freezes.items()}
        """As :attr:`~monitor.model.Network.freezes`, in the words of the EVM."""
        for token, accounts in wanted.items():
            try:
                theirs = structs.replace(token, contract=token.contract and to_hex(network, token.contract))
            except AddressError as error:
                self._failed[token] = f"{token.contract} is no contract of {network.title}: it {error}"
                continue
            self._tokens[theirs] = token
            self.wanted[theirs] = list(self._translated(network, accounts))

    def _translated(self, network: Network, accounts: Iterable[Address]) -> Iterable[Address]:
        for account in accounts:
            theirs = to_hex(network, account)
            self._accounts[theirs] = account
            yield theirs

    def back(self, held: Held) -> Held:
        """Return ``held``, of the ``wanted`` ones, in the words of Tron."""
        balances = {
            self._tokens[token]: {self._accounts[account]: units for account, units in amounts.items()}
            for token, amounts in held.balances.items()
        }
        failed = {self._tokens[token]: _in_base58(reason) for token, reason in held.failed.items()}
        positions = {}
        for part, amounts in held.positions.items():
            token = self._tokens[structs.replace(part, position=None)]
            own = {self._accounts[account]: units for account, units in amounts.items()}
            positions[structs.replace(token, position=part.position)] = own
        return Held(held.block, balances, self._failed | failed, positions=positions)


def _in_base58(text: str) -> str:
    return _HEX.sub(lambda found: from_hex(found[0]), text)
