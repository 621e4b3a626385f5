"""From what a row says (coin id, network, address) to a token and an account, each combination looked up once."""

from collections.abc import Callable

from monitor.formats import quoted
from monitor.model import Address, ClaimKind, Network
from monitor.registry import Placement, Registry
from monitor.registry.addresses import AddressError, NoCodecError, canonical
from monitor.registry.addresses.beacon import is_withdrawal

REMEMBERED = 1 << 16
"""Combinations of what rows say: many times those of any list, but not one for each row of any list."""


class Placements:
    """Looks rows up in the registry; belongs to the reading of one document."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._placements: dict[tuple[str, str, ClaimKind], Placement] = {}
        self._canonical: dict[str, Callable[[str], Address]] = {}

    def place(self, coin: str, label: str, kind: ClaimKind, height: int | None = None) -> Placement:
        """``Registry.place`` at the row's ``height``, remembered: a list has millions of rows and few coin ids."""
        key = (coin, label, kind)
        placement = self._placements.get(key)
        if placement is None:
            placement = self.registry.place(coin, label, kind)
            if len(self._placements) < REMEMBERED:
                self._placements[key] = placement
        return self.registry.at_height(placement, height)

    def account(
        self, network: Network | None, address: str, kind: ClaimKind = ClaimKind.ACCOUNT
    ) -> tuple[Address | None, str]:
        """The canonical form of ``address``, and why it does not decode; neither where there is nothing to decode.

        A withdrawal address stands for validators only where the row's ``kind`` says that the coins are staked.
        """
        if network is None or not address:
            return None, ""
        try:
            account = self._canonical_on(network)(address)
        except NoCodecError as error:
            return None, f"{quoted(address)} {error}"
        except AddressError as error:
            return None, f"{quoted(address)} is not an address of {network.name}: {error}"
        if network.execution and kind is ClaimKind.ACCOUNT and is_withdrawal(account):
            return None, f"{quoted(address)} is no validator's key, and the row does not say that its coins are staked"
        return account, ""

    def _canonical_on(self, network: Network) -> Callable[[str], Address]:
        found = self._canonical.get(network.name)
        if found is None:
            found = self._canonical[network.name] = canonical(network)
        return found
